#!/bin/bash
# Writes another saying to a page each INTERVAL seconds, or each so many as its argument says.
trap "exit" SIGINT
INTERVAL=${1-$INTERVAL}
[ "$INTERVAL" ] && echo Configured to generate new fortune every $INTERVAL seconds
mkdir -p /var/htdocs
sayings=("A pod that is watched does start." "You will label a node before the day is over." "Whoever scales up should know how to scale down." "Good news comes by rolling update.")
while :; do
  echo $(date) Writing fortune to /var/htdocs/index.html
  echo "${sayings[RANDOM % ${#sayings[@]}]}" > /var/htdocs/index.html
  sleep ${INTERVAL:-10}
done
