#!/usr/bin/env bash
# A rolling restart under load, without containers: what the chart renders for values.yaml is run as processes of this machine, with the environment, the
# ports, the probes and the signals of its pods (pods.sh says what differs). Every silo and every gateway is replaced as its StatefulSet or Deployment
# would have it, one after the other, while generations come in; at the end what was accepted is compared with what was completed and stored.
# The exit code is 0 only if nothing was lost and nothing is there twice.
#
#   deploy/rollout/rolling-restart.sh [OPTION…]
#
#   --gateway FOLDER, --silo FOLDER    published programs; otherwise they are published here (Release, CPU)
#   --previous FOLDER                  of another version, with gateway and silo in it: the cluster starts with these, is upgraded, rolled back, upgraded …
#   --rounds N                         how often everything is replaced: 1 unless told otherwise, 2 with --previous; 0 is a load that nothing disturbs
#   --generations N                    to send at least; they go on as long as something is replaced: 5
#   --interval SECONDS                 between two generations: 0.4
#   --tls                              silos show each other certificates, which are renewed halfway
#   --set KEY=VALUE                    a further value of the chart
#   --out FOLDER                       for logs, which stay there; otherwise a new one under /tmp
#
# Needs redis-server, curl, jq, openssl, Helm (PATH or artifacts/helm) and npm's azurite (artifacts/node).
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/deploy/rollout

gateway='' silo='' previous='' rounds='' interval=0.4 generations=5 tls=no out='' values=(--values "$here/values.yaml")
while [ $# -gt 0 ]; do
  case $1 in
    --gateway) gateway=$2; shift 2 ;;
    --silo) silo=$2; shift 2 ;;
    --previous) previous=$2; shift 2 ;;
    --rounds) rounds=$2; shift 2 ;;
    --generations) generations=$2; shift 2 ;;
    --interval) interval=$2; shift 2 ;;
    --tls) tls=yes; shift ;;
    --set) values+=(--set "$2"); shift 2 ;;
    --out) out=$2; shift 2 ;;
    *) echo "'$1' is no option; the options are at the top of $0." >&2; exit 2 ;;
  esac
done
rounds=${rounds:-$([ -z "$previous" ] && echo 1 || echo 2)}
azurite=$PWD/artifacts/node/node_modules/azurite/dist/src/blob/main.js
helm=$PWD/artifacts/helm/package/bin/helm
[ -x "$helm" ] || helm=$(command -v helm) || { echo "helm is missing." >&2; exit 2; }
[ -f "$azurite" ] || { echo "npm's azurite is missing: npm install --prefix artifacts/node azurite" >&2; exit 2; }
for part in redis-server curl jq openssl node; do command -v $part > /dev/null || { echo "$part is missing." >&2; exit 2; }; done

publish() { dotnet publish "src/$1" --configuration Release --output "artifacts/publish/$1" -p:CreateHardLinksForPublishFilesIfPossible=true -v quiet -clp:ErrorsOnly >&2; }
[ -n "$gateway" ] || { publish ClipGen.Gateway && gateway=artifacts/publish/ClipGen.Gateway; }
[ -n "$silo" ] || { publish ClipGen.Silo && silo=artifacts/publish/ClipGen.Silo; }
for program in "$gateway/clipgen-gateway" "$silo/clipgen-silo" ${previous:+"$previous/gateway/clipgen-gateway" "$previous/silo/clipgen-silo"}; do
  [ -x "$program" ] || { echo "There is no $program." >&2; exit 2; }
done
gateway=$(realpath "$gateway") silo=$(realpath "$silo")
[ -z "$previous" ] || previous=$(realpath "$previous")

out=${out:-$(mktemp -d /tmp/clipgen-rollout-XXXXXX)}
mkdir -p "$out/answers" "$out/secrets" && out=$(realpath "$out") run=$(basename "$out")
: > "$out/accepted"
# shellcheck source=pods.sh
. "$here/pods.sh"
# shellcheck source=load.sh
. "$here/load.sh"
# shellcheck source=certificates.sh
. "$here/certificates.sh"

loader=''
finish() {
  trap '' INT TERM
  touch "$out/enough" "$out/abandoned"
  stop_all
  [ -z "$loader" ] || wait "$loader" || true
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Step 1: the cluster
if [ $tls = yes ]; then
  make_authority
  make_certificate
  values+=(--set cluster.tls.enabled=true --set cluster.tls.existingSecret=$tls_secret)
fi
render "${values[@]}"
infrastructure
deployment=$(object Deployment -gateway) set=$(object StatefulSet -sim) key=$(object Secret -api-key | jq --raw-output .stringData.key)
gateways=() silos=() generation=0

# in_service GATEWAY…: these are the Service's endpoints.
in_service() {
  local name
  for name in "$@"; do url "$name"; done > "$out/endpoints.new"
  mv "$out/endpoints.new" "$out/endpoints"
}

# choose VERSION: the folders of new pods.
choose() { if [ "$1" = previous ]; then new_gateway=$previous/gateway new_silo=$previous/silo; else new_gateway=$gateway new_silo=$silo; fi; }
version=$([ -z "$previous" ] && echo current || echo previous)
choose "$version"

new_gateway_name() { generation=$((generation + 1)); name=$(jq --raw-output .metadata.name <<< "$deployment")-$generation; }

for ((i = 0; i < $(jq .spec.replicas <<< "$set"); i++)); do
  name=$(jq --raw-output .metadata.name <<< "$set")-$i
  create "$name" "$set" "$new_silo"
  silos+=("$name")
done
for ((i = 0; i < $(jq .spec.replicas <<< "$deployment"); i++)); do
  new_gateway_name
  create "$name" "$deployment" "$new_gateway"
  gateways+=("$name")
done
for name in "${silos[@]}" "${gateways[@]}"; do ready "$name"; done
in_service "${gateways[@]}"
echo "${#gateways[@]} gateways and ${#silos[@]} silos of the $version version are ready; logs are in $out"
# What Kubernetes does not wait for, a client must: the first device that the gateways know of.
until api --fail --output /dev/null "$(any)/health/ready"; do sleep 0.5; done

# Step 2: load, and everything is replaced
before=$(redis_costs)
load "$interval" &
loader=$!
until (($(lines "$out/accepted") >= 5)); do sleep 0.2; done
for ((round = 1; round <= rounds; round++)); do
  [ -z "$previous" ] || { version=$([ "$version" = previous ] && echo current || echo previous); choose "$version"; }
  echo "round $round: everything is replaced by the $version version"
  # A StatefulSet: from the highest number down; the old pod is gone before the new one has its name.
  for ((i = ${#silos[@]} - 1; i >= 0; i--)); do
    name=${silos[$i]}
    terminate "$name"
    create "$name" "$set" "$new_silo"
    ready "$name"
    for other in "${silos[@]}" "${gateways[@]}"; do ready "$other"; done
  done
  [ $tls = no ] || { make_certificate; echo "the certificate is renewed"; }
  # A Deployment with maxSurge 1 and maxUnavailable 0: the new pod is ready before an old one goes.
  for old in "${gateways[@]}"; do
    new_gateway_name
    create "$name" "$deployment" "$new_gateway"
    ready "$name"
    kept=("$name")
    for other in "${gateways[@]}"; do [ "$other" = "$old" ] || kept+=("$other"); done
    in_service "${kept[@]}"
    terminate "$old"
    gateways=("${kept[@]}")
  done
done

until (($(lines "$out/accepted") >= generations)); do sleep 0.2; done

# Step 3: the count
touch "$out/enough"
wait "$loader"
loader=''
verdict
costs "$before"
