# shellcheck shell=bash
# The part of Kubernetes that a rollout needs: what the chart renders is run as processes of this machine, with the environment, the ports, the probes
# and the signals of its pods. Three things differ, for there is neither a network of pods nor a Kubernetes API:
#
#   - a pod's address is one of the loopback network's, and HTTP is listened to there instead of everywhere; names of Services become addresses;
#   - the silo's name and address, which Orleans' Kubernetes hosting takes from the pod, are told as settings;
#   - folders that are mounted lie in a folder of the pod.
#
# Sourced by rolling-restart.sh. Needs $out, the folder for everything that is written, and $helm.

release=demo namespace=pictures
declare -A pid ip template root program
network=127.$((RANDOM % 200 + 20)).$((RANDOM % 250 + 1)) addresses=1 restarts=0

fail() { echo "$*" >&2; exit 1; }

# render ARGUMENT…: the chart's objects as JSON, one a line, in $out/objects.json.
render() {
  "$helm" template "$release" helm/clipgen-cluster --namespace "$namespace" --kube-version 1.32.0 "$@" > "$out/rendered.yaml"
  # Helm can read YAML and write JSON, so a chart that does just that turns the one into the other for jq.
  mkdir -p "$out/json/templates" "$out/json/objects"
  csplit --quiet --digits 3 --elide-empty-files --prefix "$out/json/objects/" "$out/rendered.yaml" '/^---$/' '{*}'
  printf 'apiVersion: v2\nname: json\nversion: 0.0.0\n' > "$out/json/Chart.yaml"
  echo '{{ range .Files.Glob "objects/*" }}---{{ "\n" }}{{ toString . | fromYaml | toJson }}{{ "\n" }}{{ end }}' > "$out/json/templates/objects.yaml"
  "$helm" template json "$out/json" --kube-version 1.32.0 | grep '^{' > "$out/objects.json"
}

# object KIND NAME-END: one rendered object.
object() { jq --compact-output --arg kind "$1" --arg ending "$2" 'select(.kind == $kind and (.metadata.name | endswith($ending)))' "$out/objects.json"; }

# of NAME QUERY…: something of a pod's template.
of() { local name=$1; shift; jq --raw-output "$@" <<< "${template[$name]}"; }

# environment NAME: its container's, as the kubelet makes it, a variable a line.
environment() {
  of "$1" --slurpfile objects "$out/objects.json" --arg name "$1" --arg namespace "$namespace" --arg ip "${ip[$1]}" '
    def secret: . as $name | $objects[] | select(.kind == "Secret" and .metadata.name == $name) | .stringData;
    def field: {"metadata.name": $name, "metadata.namespace": $namespace, "status.podIP": $ip}[.];
    def given:
      if .valueFrom.secretKeyRef then .valueFrom.secretKeyRef as $ref | $ref.name | secret | .[$ref.key]
      elif .valueFrom.fieldRef then .valueFrom.fieldRef.fieldPath | field
      else .value // "" end;
    def expand($known): reduce ($known | to_entries[]) as $v (.; split("$(\($v.key))") | join($v.value));
    .spec.containers[0]
    | reduce .env[] as $e ([.envFrom[]?.secretRef.name | secret] | add // {}; . as $known | .[$e.name] = ($e | given | expand($known)))
    | to_entries[] | "\(.key)=\(.value)"'
}

# moved NAME: reads settings, and puts this machine's folders and addresses for the pod's and the Services'.
moved() {
  local folder here=$'\001' script="s#0\.0\.0\.0#${ip[$1]}#g"
  # In two steps, for the folder here may itself begin as one of the pod's does.
  for folder in $(of "$1" '.spec.containers[0].volumeMounts[].mountPath'); do script+=";s#(^|=| )$folder(/| |\$)#\1$here$folder\2#g"; done
  for folder in redis azurite; do [ -z "${ip[$folder]:-}" ] || script+=";s#[a-z0-9-]+-$folder:#${ip[$folder]}:#g"; done
  sed -E "$script;s#$here#${root[$1]}#g"
}

# folders NAME: what is mounted into the pod: ConfigMaps and Secrets, and else a new folder.
folders() {
  local name=$1 mount volume folder secret key
  while read -r mount volume; do
    folder=${root[$name]}$mount
    mkdir -p "$(dirname "$folder")"
    secret=$(of "$name" --arg volume "$volume" '.spec.volumes[]? | select(.name == $volume) | .secret.secretName // empty')
    # A Secret that is there already is a folder, whose files are exchanged as the kubelet does it.
    if [ -n "$secret" ]; then ln -s "$out/secrets/$secret" "$folder"; continue; fi
    mkdir -p "$folder"
    for key in $(of "$name" --arg volume "$volume" --slurpfile objects "$out/objects.json" '
        .spec.volumes[]? | select(.name == $volume) | .configMap.name // empty | . as $map | $objects[] | select(.kind == "ConfigMap" and .metadata.name == $map) | .data | keys[]'); do
      of "$name" --arg volume "$volume" --arg key "$key" --slurpfile objects "$out/objects.json" '
        .spec.volumes[] | select(.name == $volume) | .configMap.name as $map | $objects[] | select(.kind == "ConfigMap" and .metadata.name == $map) | .data[$key]' | moved "$name" > "$folder/$key"
    done
  done < <(of "$name" '.spec.containers[0].volumeMounts[] | "\(.mountPath) \(.name)"')
}

# create NAME OBJECT FOLDER: a new pod of a Deployment or a StatefulSet, with an address of its own; FOLDER holds the published program.
create() {
  local name=$1
  template[$name]=$(jq --compact-output .spec.template <<< "$2")
  program[$name]=$3
  addresses=$((addresses + 1))
  ip[$name]=$network.$addresses
  root[$name]=$out/pods/$name-$addresses
  mkdir -p "${root[$name]}"
  folders "$name"
  run "$name"
}

# run NAME: its container's process.
run() {
  local name=$1 container
  local -a settings arguments
  mapfile -t settings < <(environment "$name" | moved "$name")
  container=$(of "$name" '.spec.containers[0].name')
  mapfile -t arguments < <(of "$name" '.spec.containers[0].args[]?')
  (
    cd "${root[$name]}"
    # Nothing of this shell's environment but where .NET is.
    exec env -i PATH="$PATH" ${DOTNET_ROOT:+DOTNET_ROOT="$DOTNET_ROOT"} "${settings[@]}" CLIPGEN__Cluster__SiloName="$name" CLIPGEN__Cluster__AdvertisedAddress="${ip[$name]}" "${program[$name]}/clipgen-$container" "${arguments[@]}"
  ) >> "$out/$name.log" 2>&1 &
  pid[$name]=$!
}

# url NAME: where it answers HTTP.
url() { echo "http://${ip[$1]}:$(of "$1" '.spec.containers[0].ports[] | select(.name == "http").containerPort')"; }

# probed NAME PROBE: waits until a probe succeeds, as often as the kubelet asks; a process that has ended is started again.
probed() {
  local name=$1 probe path period patience left deadline=$((SECONDS + 600))
  probe=$(of "$name" ".spec.containers[0].$2")
  read -r path period patience left < <(jq --raw-output '"\(.httpGet.path) \(.periodSeconds) \(.timeoutSeconds // 1) \(.failureThreshold // 3)"' <<< "$probe")
  until curl --fail --silent --max-time "$patience" --output /dev/null "$(url "$name")$path"; do
    revive "$name"
    # A machine that is busy with other things is no reason to end it, as Kubernetes would.
    [ "$2" != startupProbe ] || ((left-- != 0)) || echo "$name has not started within $(of "$name" '.spec.containers[0].startupProbe | .periodSeconds * .failureThreshold') s, after which Kubernetes would try again"
    ((SECONDS < deadline)) || fail "$name is not ready after 10 minutes; its log is $out/$name.log."
    sleep "$period"
  done
}

# ready NAME: until its pod would be in the Service.
ready() {
  probed "$1" startupProbe
  probed "$1" readinessProbe
}

# revive NAME: a process that has ended by itself is started again in its pod.
revive() {
  kill -0 "${pid[$1]}" 2> /dev/null && return
  restarts=$((restarts + 1))
  ((restarts < 20)) || fail "$1 and others end again and again; the logs are in $out."
  run "$1"
}

# terminate NAME: as a pod is deleted. Its process must end well, and within its grace.
terminate() {
  local name=$1 pause grace code=0 began=$SECONDS
  pause=$(of "$name" '.spec.containers[0].lifecycle.preStop.sleep.seconds // 0')
  grace=$(of "$name" '.spec.terminationGracePeriodSeconds')
  sleep "$pause"
  if ! kill -TERM "${pid[$name]}" 2> /dev/null; then
    restarts=$((restarts + 1))
    unset "pid[$name]"
    echo "$name had ended by itself; its log is $out/$name.log"
    return
  fi
  while kill -0 "${pid[$name]}" 2> /dev/null; do
    ((SECONDS - began < grace)) || { kill -KILL "${pid[$name]}"; fail "$name did not end within its $grace s; its log is $out/$name.log."; }
    sleep 0.1
  done
  wait "${pid[$name]}" || code=$?
  unset "pid[$name]"
  [ $code -eq 0 ] || fail "$name ended with $code after SIGTERM; its log is $out/$name.log."
  echo "$name has ended in $((SECONDS - began)) s, $pause s of them before SIGTERM"
}

# infrastructure: the chart's Redis and Azurite, each with its container's own command.
infrastructure() {
  local name command port deadline
  local -a settings
  for name in redis azurite; do
    template[$name]=$(object StatefulSet "-$name" | jq --compact-output .spec.template)
    addresses=$((addresses + 1))
    ip[$name]=$network.$addresses
    root[$name]=$out/pods/$name
    mkdir -p "${root[$name]}"
    folders "$name"
    mapfile -t settings < <(environment "$name")
    command=$(of "$name" '.spec.containers[0].command | if .[0] == "sh" then .[2] else join(" ") end' | moved "$name")
    case $name in
      redis) sed -i "s/^bind .*/bind ${ip[redis]}/" "${root[redis]}/etc/redis/redis.conf" ;;
      azurite) command="exec node $azurite ${command#* }" ;;
    esac
    (exec env "${settings[@]}" bash -c "$command") > "$out/$name.log" 2>&1 &
    pid[$name]=$!
    deadline=$((SECONDS + 300))
    port=$(of "$name" '.spec.containers[0].ports[0].containerPort')
    until (exec 3<> "/dev/tcp/${ip[$name]}/$port") 2> /dev/null; do
      kill -0 "${pid[$name]}" 2> /dev/null && ((SECONDS < deadline)) || fail "$name does not answer; its log is $out/$name.log."
      sleep 0.2
    done
  done
}

# stop PID…: tells them to end, and kills those that have not within 45 s.
stop() {
  local process deadline=$((SECONDS + 45))
  for process in "$@"; do kill -TERM "$process" 2> /dev/null || true; done
  for process in "$@"; do
    while kill -0 "$process" 2> /dev/null; do
      ((SECONDS < deadline)) || kill -KILL "$process" 2> /dev/null || true
      sleep 0.1
    done
  done
}

# stop_all: everything that runs, silos first, for without Redis they could not leave the cluster.
stop_all() {
  local name
  local -a silos=() others=()
  for name in "${!pid[@]}"; do case $name in redis | azurite) others+=("${pid[$name]}") ;; *) silos+=("${pid[$name]}") ;; esac; done
  stop "${silos[@]}"
  stop "${others[@]}"
}
