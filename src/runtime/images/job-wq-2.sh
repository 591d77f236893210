#!/bin/sh
r() { redis-cli -h "${REDIS_HOST:-redis}" --raw "$@"; }
left=$(r llen job2) || exit 1
echo "Worker with sessionID: $HOSTNAME"
if [ "$left" = 0 ]; then echo 'Initial queue state: empty=True'; else echo 'Initial queue state: empty=False'; fi
while item=$(r rpoplpush job2 job2:processing) && [ -n "$item" ]; do
  echo "Working on $item"
  sleep 10
  r lrem job2:processing 0 "$item" >/dev/null
done
echo 'Queue empty, exiting'
