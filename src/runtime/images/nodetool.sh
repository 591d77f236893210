#!/bin/sh
[ "$1" = status ] || exit 0
echo "Datacenter: ${CASSANDRA_DC:-datacenter1}"
echo ======================
echo Status=Up/Down
echo '|/ State=Normal/Leaving/Joining/Moving'
echo '--  Address      Load       Tokens       Owns (effective)  Host ID                               Rack'
ring=$(nslookup "${CASSANDRA_SEEDS#*.}" 2>/dev/null | sed -n '3,$s/^Address: *//p')
n=0
for address in ${ring:-$(hostname -i)}; do n=$((n + 1)); done
i=0
for address in ${ring:-$(hostname -i)}; do
  i=$((i + 1))
  printf 'UN  %-12s 65.%02d KiB  32           %d.0%%             00000000-0000-4000-8000-%012d  %s\n' \
    "$address" $((i * 7)) $(((n > 1 ? 200 : 100) / n)) $i "${CASSANDRA_RACK:-rack1}"
done
