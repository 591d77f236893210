#!/bin/sh
# Makes configuration files of templates, with the environment's variables filled in.
for t in /etc/nginx/templates/*.template; do
  [ -f "$t" ] || continue
  o=${t##*/} o=/etc/nginx/conf.d/${o%.template}
  [ "$NGINX_ENTRYPOINT_QUIET_LOGS" ] || echo "${0##*/}: Running envsubst on $t to $o"
  envsubst "$(env | sed 's/\([^=]*\)=.*/${\1}/')" <"$t" >"$o"
done
