#!/usr/bin/env bash
# The cluster of compose.yaml as processes of this machine, without containers: the published gateway and silo with the settings, the ports, the health
# checks and the signals that a chart or a compose file would give them. Makes one image, then replaces every process one by one under load, counts
# what was lost, and stops everything.
#
#   deploy/compose/run-local.sh [REQUESTS]        requests of the load, 12 unless told otherwise; 0 makes the one image only
#
#   GATEWAY, SILO      folders with clipgen-gateway and clipgen-silo; otherwise the newest of artifacts/publish and artifacts/bin
#   CLIPGEN_MODELS     folder of bundles; otherwise src/ClipGen.Cli/models
#   OUT                folder for the image and the logs; otherwise a new one under /tmp
#
# Further settings can be given in the environment, for example CLIPGEN__Cluster__ProbeTimeout=00:00:05 on a machine that is busy with other things.
#
# Needs redis-server, curl and jq. Images go to Azurite where npm's azurite is in artifacts/node, else to files.
set -euo pipefail
cd "$(dirname "$0")/../.."
requests=${1:-12}

# The newest build of a project; nothing if there is none. A folder that is missing, as nothing was published, is no failure.
built() { { find artifacts/publish/"$1" artifacts/bin/"$1" -maxdepth 2 -name "$2" -printf '%T@ %h\n' 2> /dev/null || true; } | sort -rn | head -n 1 | cut -d ' ' -f 2-; }
gateway=${GATEWAY:-$(built ClipGen.Gateway clipgen-gateway)}
silo=${SILO:-$(built ClipGen.Silo clipgen-silo)}
if [ -z "$gateway" ] || [ -z "$silo" ]; then echo "There is no gateway or no silo: dotnet publish src/ClipGen.Gateway && dotnet publish src/ClipGen.Silo" >&2; exit 2; fi
gateway=$(realpath "$gateway") silo=$(realpath "$silo")
for program in redis-server curl jq; do command -v $program > /dev/null || { echo "$program is missing." >&2; exit 2; }; done
out=${OUT:-$(mktemp -d /tmp/clipgen-local-XXXXXX)}
mkdir -p "$out" && out=$(realpath "$out")

declare -A pids
# end PID…: tells them to, and kills those that have not after their grace.
end() {
  local process deadline=$((SECONDS + 75))
  for process in "$@"; do kill -TERM "$process" 2> /dev/null || true; done
  for process in "$@"; do
    while kill -0 "$process" 2> /dev/null; do
      ((SECONDS < deadline)) || kill -KILL "$process" 2> /dev/null || true
      sleep 0.1
    done
  done
}

# Silos first: without Redis they could not leave the cluster.
end_all() {
  trap '' INT TERM
  local name
  local -a silos=() others=()
  for name in "${!pids[@]}"; do case $name in gateway-* | silo-*) silos+=("${pids[$name]}") ;; *) others+=("${pids[$name]}") ;; esac; done
  end "${silos[@]}"
  end "${others[@]}"
}
trap end_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Ports that are free now.
free_port() { local port; while port=$((20000 + RANDOM % 20000)); (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done; echo "$port"; }
redis_port=$(free_port) blob_port=$(free_port)
declare -A http=([gateway-0]=$(free_port) [gateway-1]=$(free_port) [silo-0]=$(free_port) [silo-1]=$(free_port))

# wait_for SECONDS WHAT COMMAND…
wait_for() {
  local deadline=$((SECONDS + $1)) what=$2; shift 2
  until "$@" > /dev/null 2>&1; do
    ((SECONDS < deadline)) || { echo "$what did not come about; the logs are in $out." >&2; exit 1; }
    sleep 0.5
  done
}

# Settings that all silos share, by the names that the chart uses.
export CLIPGEN__Cluster__Connection=redis://127.0.0.1:$redis_port CLIPGEN__Cluster__SiloPort=0 CLIPGEN__Cluster__ShutdownGrace=00:01:00
export CLIPGEN_MODELS=${CLIPGEN_MODELS:-$PWD/src/ClipGen.Cli/models} OMP_WAIT_POLICY=PASSIVE

# start NAME: a silo in a folder of its own, told what it is by its environment.
start() {
  local name=$1 program; mkdir -p "$out/$name"
  local -a settings=(CLIPGEN__Cluster__SiloName="$name" CLIPGEN__Http__Listen="127.0.0.1:${http[$name]}" CLIPGEN__Cluster__DataFolder="$out/$name")
  case $name in
    gateway-*) program=$gateway/clipgen-gateway settings+=("${images[@]}") ;;
    silo-*) program=$silo/clipgen-silo settings+=(CLIPGEN__Devices__Names__0=cpu CLIPGEN__Devices__Models__0=shapes CLIPGEN__Engine__Threads=1) ;;
  esac
  (cd "$out/$name" && exec env "${settings[@]}" "$program" >> "$out/$name.log" 2>&1) &
  pids[$name]=$!
}

# The health check of the images: the executable asks the process.
is() { local name=$1 program=$gateway/clipgen-gateway; [[ $name == silo-* ]] && program=$silo/clipgen-silo; CLIPGEN__Http__Listen="127.0.0.1:${http[$name]}" "$program" health "$2"; }

# ready NAME: and one that has ended is started again, as Kubernetes would: silos that hear nothing of each other for seconds, on a machine that is busy
# with other things, take each other for dead.
restarts=0
ready() {
  if ! kill -0 "${pids[$1]}" 2> /dev/null; then
    restarts=$((restarts + 1))
    start "$1"
  fi
  is "$1" ready
}

# stop NAME: as Kubernetes does; a process that does not end well fails the run.
stop() {
  local name=$1 began=$SECONDS code=0
  kill -TERM "${pids[$name]}"
  wait "${pids[$name]}" || code=$?
  unset "pids[$name]"
  [ $code -eq 0 ] || { echo "$name ended with $code after SIGTERM; its log is $out/$name.log." >&2; exit 1; }
  echo "$name stopped within $((SECONDS - began)) s"
}

mkdir -p "$out/redis"
redis-server --bind 127.0.0.1 --port "$redis_port" --dir "$out/redis" --appendonly yes --appendfsync always --save "" --maxmemory-policy noeviction > "$out/redis.log" &
pids[redis]=$!
wait_for 30 "Redis" bash -c "exec 3<> /dev/tcp/127.0.0.1/$redis_port"

azurite=artifacts/node/node_modules/azurite/dist/src/blob/main.js
if [ -f "$azurite" ]; then
  node "$azurite" --location "$out/azurite" --blobPort "$blob_port" --silent --disableTelemetry --skipApiVersionCheck > "$out/azurite.log" &
  pids[azurite]=$!
  wait_for 300 "Azurite" bash -c "exec 3<> /dev/tcp/127.0.0.1/$blob_port"
  # Azurite's account, whose key is in its manual.
  key=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==
  images=(CLIPGEN__Images__Store=blob "CLIPGEN__Images__ConnectionString=DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=$key;BlobEndpoint=http://127.0.0.1:$blob_port/devstoreaccount1;")
  echo "images go to Azurite"
else
  images=(CLIPGEN__FileImageStore__RootFolder="$out/images")
  echo "images go to $out/images"
fi

for name in "${!http[@]}"; do start "$name"; done
for name in "${!http[@]}"; do wait_for 300 "$name ready" ready "$name"; done
echo "four silos are ready"

url=http://127.0.0.1:${http[gateway-0]} other=http://127.0.0.1:${http[gateway-1]}
curl --fail --silent --show-error --retry 10 --max-time 300 "$url/v1/images/generations" --header 'Content-Type: application/json' \
  --data '{"prompt": "a large red circle on a white background", "seed": 1, "candidates": 2}' > "$out/answer.json" &
pids[request]=$!   # in the background, for a signal is heard only between commands
wait "${pids[request]}"
unset "pids[request]"
jq --exit-status --raw-output '.data[0].b64_json' "$out/answer.json" | base64 -d > "$out/picture.png"
[ "$(head -c 8 "$out/picture.png" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || { echo "$out/picture.png is no PNG." >&2; exit 1; }
echo "made $out/picture.png ($(stat -c %s "$out/picture.png") bytes)"

if ((requests > 0)); then
  ids=()
  for ((i = 0; i < requests; i++)); do
    ids+=("$(curl --fail --silent --show-error --retry 10 "$url/v1/generations" --header 'Content-Type: application/json' \
      --data "{\"prompt\": \"a small blue ring on a black background\", \"seed\": $((100 + i)), \"candidates\": 4}" | jq --exit-status --raw-output .id)")
  done
  echo "${#ids[@]} generations are accepted; every silo is replaced"
  # While one gateway is away, the other one answers.
  for name in silo-0 silo-1 gateway-1 gateway-0; do
    stop "$name"
    start "$name"
    wait_for 300 "$name ready" ready "$name"
  done
  completed=0
  for id in "${ids[@]}"; do
    state() { curl --silent "$other/v1/generations/$id" | jq --raw-output .state; }
    ended() { case $(state) in completed | failed | cancelled) return 0 ;; *) return 1 ;; esac; }
    wait_for 600 "the end of $id" ended
    if [ "$(state)" = completed ]; then completed=$((completed + 1)); else curl --silent "$other/v1/generations/$id" | jq -c '{id, state, error}'; fi
  done
  echo "$completed of ${#ids[@]} completed, $((${#ids[@]} - completed)) lost"
  ((completed == ${#ids[@]})) || exit 1
fi

for name in gateway-0 gateway-1 silo-0 silo-1; do stop "$name"; done
echo "everything stopped, $restarts silos had ended by themselves; logs are in $out"
