#!/bin/sh
# Makes one image by the HTTP API and looks whether it is a PNG: test.sh URL REQUEST WAIT_SECONDS, an API key in API_KEY.
set -eu
url=$1 request=$2 wait=$3
answer=${TMPDIR:-/tmp}/answer.json

curl --fail --silent --show-error --output /dev/null --retry "$((wait / 2))" --retry-delay 2 --retry-all-errors --retry-max-time "$wait" "$url/health/ready"
curl --fail-with-body --silent --show-error --max-time 300 --output "$answer" \
  --header 'Content-Type: application/json' ${API_KEY:+--header "Authorization: Bearer $API_KEY"} \
  --data "$request" "$url/v1/images/generations" || { cat "$answer" >&2; exit 1; }
# What a PNG begins with, in Base64.
if grep -q '"b64_json" *: *"iVBORw0KGgo' "$answer"; then
  echo "An image was made."
else
  echo "The answer holds no PNG:" >&2
  head -c 2000 "$answer" >&2
  exit 1
fi
