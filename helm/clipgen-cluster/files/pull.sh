#!/bin/sh
# Fetches one model bundle: pull.sh NAME URL SHA256. An archive with another SHA-256 is not unpacked, and a bundle that is there already is not
# fetched again. What is under /models/NAME is always whole: it is moved there at the end.
set -eu
name=$1 url=$2 sha256=$3
folder=${MODELS:-/models}
target=$folder/$name mark=$folder/.$name.sha256 archive=$folder/.$name.part fresh=$folder/.$name.new

if [ -f "$target/bundle.json" ] && [ "$(cat "$mark" 2> /dev/null || true)" = "$sha256" ]; then
  echo "$name is there already."
  exit 0
fi
rm -rf "$archive" "$fresh" "$mark"
curl --fail --silent --show-error --location --retry 5 --retry-delay 2 --output "$archive" "$url"
actual=$(sha256sum "$archive" | cut -d ' ' -f 1)
if [ "$actual" != "$sha256" ]; then
  rm -f "$archive"
  echo "$url has the SHA-256 $actual instead of $sha256; it is not used." >&2
  exit 1
fi
mkdir "$fresh"
tar -xzf "$archive" -C "$fresh"
rm -f "$archive"
if [ ! -f "$fresh/bundle.json" ]; then
  rm -rf "$fresh"
  echo "$url has no bundle.json at its top, so it is no model bundle." >&2
  exit 1
fi
rm -rf "$target"
mv "$fresh" "$target"
echo "$sha256" > "$mark"
echo "$name is fetched."
