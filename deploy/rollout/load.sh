# shellcheck shell=bash
# A steady load on the gateways of the Service, and the count of what came of it. Sourced by rolling-restart.sh; $out/endpoints names the gateways, an
# address a line, $key is an API key.

api() { curl --silent --max-time 20 --header "Authorization: Bearer $key" "$@"; }

# any: one of the Service's gateways.
any() { shuf --head-count 1 "$out/endpoints"; }

# submit NUMBER: sends one generation until it is accepted, always under the same key.
submit() {
  local number=$1 code answer=$out/answers/$1 attempt
  for ((attempt = 1; attempt <= 100; attempt++)); do
    [ ! -e "$out/abandoned" ] || return 0
    code=$(api --output "$answer" --write-out '%{http_code}' --header "Idempotency-Key: $run-$number" --header 'Content-Type: application/json' \
      --data "{\"prompt\": \"number $number\", \"seed\": $number, \"candidates\": 2, \"n\": 1}" "$(any)/v1/generations") || code=none
    if [ "$code" = 202 ]; then
      echo "$number $(jq --raw-output .id "$answer")" >> "$out/accepted"
      return
    fi
    echo "$number $code" >> "$out/again"
    sleep 0.5
  done
  echo "$number" >> "$out/refused"
}

# load INTERVAL: sends every so many seconds, however long an answer takes, until $out/enough is there.
load() {
  local number=0
  while [ ! -e "$out/enough" ]; do
    number=$((number + 1))
    submit $number &
    sleep "$1"
  done
  wait
}

# outcome: waits for the end of all that was accepted, and writes each generation into $out/generations.json.
outcome() {
  local number id state deadline=$((SECONDS + 180))
  : > "$out/generations.json"
  while read -r number id; do
    while :; do
      api "$(any)/v1/generations/$id" > "$out/answer" || true
      state=$(jq --raw-output '.state // "unknown"' "$out/answer" 2> /dev/null) || state=unknown
      case $state in completed | failed | cancelled) break ;; esac
      ((SECONDS < deadline)) || break
      sleep 0.2
    done
    jq --compact-output --arg id "$id" --arg state "$state" '{id: $id, state: $state, images: (.images // []), retries: (.retries // 0), error, total: .seconds.total}' "$out/answer" >> "$out/generations.json" 2> /dev/null \
      || echo "{\"id\": \"$id\", \"state\": \"unknown\", \"images\": []}" >> "$out/generations.json"
  done < "$out/accepted"
}

# listed: ids of all generations that the cluster knows of, page by page.
listed() {
  local after=''
  while :; do
    api "$(any)/v1/generations?limit=100$after" > "$out/answer"
    jq --raw-output '.data[].id' "$out/answer"
    after=$(jq --raw-output 'if .has_more then "&after=\(.next)" else "" end' "$out/answer")
    [ -n "$after" ] || break
  done
}

# blobs: names of all blobs in the store, asked of the store itself with the account's key (Azure's Shared Key).
blobs() {
  local connection account secret endpoint container marker='' date signature version=2021-08-06
  connection=$(object Secret -azurite | jq --raw-output .stringData.connectionString)
  account=$(sed -E 's/.*AccountName=([^;]*).*/\1/' <<< "$connection")
  secret=$(sed -E 's/.*AccountKey=([^;]*).*/\1/' <<< "$connection" | base64 -d | od -An -v -tx1 | tr -d ' \n')
  endpoint=http://${ip[azurite]}:10000/$account
  container=$(object Deployment -gateway | jq --raw-output '.spec.template.spec.containers[0].env[] | select(.name == "CLIPGEN__Images__Container").value')
  date=$(LC_ALL=C date --utc '+%a, %d %b %Y %H:%M:%S GMT')
  signature=$(printf 'GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:%s\nx-ms-version:%s\n/%s/%s/%s\ncomp:list\nrestype:container' "$date" $version "$account" "$account" "$container" \
    | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$secret" -binary | base64 -w 0)
  curl --fail --silent --header "x-ms-date: $date" --header "x-ms-version: $version" --header "Authorization: SharedKey $account:$signature" "$endpoint/$container?restype=container&comp=list" > "$out/blobs.xml"
  ! grep --quiet '<NextMarker>[^<]' "$out/blobs.xml" || fail "There are more blobs than one answer holds; send fewer generations."
  grep --only-matching '<Name>[^<]*</Name>' "$out/blobs.xml"
}

# above A B: how much A is more than B.
above() { echo $(($1 > $2 ? $1 - $2 : 0)); }

# verdict: counts, and fails if anything was lost, is there twice, or is not what the cluster says it is.
verdict() {
  local accepted completed lost keys known stored expected duplicates missing wrong=0 url sha256 deadline=$((SECONDS + 30))
  outcome
  accepted=$(cut -d ' ' -f 2 "$out/accepted" | sort --unique | wc -l)
  completed=$(grep --count '"state":"completed"' "$out/generations.json" || true)
  lost=$((accepted - completed))
  keys=$(cut -d ' ' -f 1 "$out/accepted" | sort --unique | wc -l)
  until known=$(listed | sort --unique | wc -l) && ((known == accepted || SECONDS > deadline)); do sleep 1; done   # the list lags behind by a moment
  stored=$(blobs | sort --unique | wc -l)
  expected=$(jq --slurp 'map(select(.state == "completed")) | (map(.images | length) | add // 0) + length' "$out/generations.json")   # and a manifest each
  # Twice: a key with two generations, a generation that nobody sent, a blob that is nobody's.
  duplicates=$(($(above "$accepted" "$keys") + $(above "$known" "$accepted") + $(above "$stored" "$expected")))
  missing=$(($(above "$accepted" "$known") + $(above "$expected" "$stored")))
  while read -r url sha256; do
    case $url in http*) ;; *) url=$(any)$url ;; esac
    [ "$(api "$url" | sha256sum | cut -d ' ' -f 1)" = "$sha256" ] || wrong=$((wrong + 1))
  done < <(jq --raw-output '.images[] | "\(.url) \(.sha256)"' "$out/generations.json")
  echo "accepted $accepted, completed $completed, lost $lost, duplicates $duplicates, missing in the list or the store $missing, images that are not as told $wrong"
  echo "not accepted $(lines "$out/refused"), sent again $(lines "$out/again")$(cut -d ' ' -f 2 "$out/again" 2> /dev/null | sort | uniq -c | awk '{ printf "%s%s times %s", NR == 1 ? " (" : ", ", $1, $2 } END { if (NR) printf ")" }'), generations that were retried $(jq 'select(.retries > 0)' "$out/generations.json" | grep --count '"id"' || true), processes that ended by themselves $restarts"
  echo "seconds from acceptance to the end: $(jq --slurp --raw-output 'map(.total // empty) | sort | if length == 0 then "none" else "p50 \(.[(length - 1) / 2 | floor] * 100 | round / 100), p99 \(.[(length - 1) * 0.99 | floor] * 100 | round / 100), longest \(.[-1] * 100 | round / 100)" end' "$out/generations.json")"
  jq --raw-output 'select(.state != "completed") | "\(.id) is \(.state): \(.error.message // "")"' "$out/generations.json" | head -n 5
  ((accepted > 0 && lost == 0 && duplicates == 0 && missing == 0 && wrong == 0)) && [ ! -s "$out/refused" ]
}

# redis_costs: commands that Redis has processed, bytes of memory and bytes of its append-only file.
redis_costs() {
  local name
  REDISCLI_AUTH=$(object Secret -redis | jq --raw-output .stringData.password) redis-cli -h "${ip[redis]}" info all | tr -d '\r' > "$out/redis.info"
  for name in total_commands_processed used_memory aof_current_size; do sed -n "s/^$name://p" "$out/redis.info"; done | paste --serial --delimiters ' '
}

# costs BEFORE: what a generation has cost Redis and the store; BEFORE is what redis_costs said before the first of them.
costs() {
  local count
  count=$(jq --slurp length "$out/generations.json")
  echo "$1 $(redis_costs) $count $(grep --only-matching '<Content-Length>[0-9]*' "$out/blobs.xml" | awk -F '>' '{ n++; sum += $2 } END { print n + 0, sum + 0 }')" \
    | awk '{ printf "each generation: %.1f commands of Redis (heartbeats of silos included), %.1f KB of its memory, %.1f KB of its append-only file, %.1f blobs of %.1f KB in all\n", ($4 - $1) / $7, ($5 - $2) / $7 / 1000, ($6 - $3) / $7 / 1000, $8 / $7, $9 / $7 / 1000 }'
}

lines() { if [ -e "$1" ]; then wc -l < "$1"; else echo 0; fi; }
