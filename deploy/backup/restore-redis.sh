#!/bin/sh
# Makes a file of `redis-cli --rdb` what a Redis with an append-only file starts from: restore-redis.sh FOLDER < dump.rdb, where FOLDER is its empty data
# folder. Put there as dump.rdb it would be ignored: such a Redis reads its append-only files and nothing else.
set -eu
folder=$1/appendonlydir
if [ -e "$folder" ]; then
  echo "$folder is there already; a Redis that has data is not written over." >&2
  exit 1
fi
mkdir -p "$folder.new"
cat > "$folder.new/appendonly.aof.1.base.rdb"
if [ "$(head -c 5 "$folder.new/appendonly.aof.1.base.rdb")" != REDIS ]; then
  rm -rf "$folder.new"
  echo "What came in is no dump of a Redis." >&2
  exit 1
fi
echo 'file appendonly.aof.1.base.rdb seq 1 type b' > "$folder.new/appendonly.aof.manifest"
mv "$folder.new" "$folder"
