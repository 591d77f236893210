#!/bin/sh
# The entry point of databases: flags are the server's, and a new one wants a password.
p=PROGRAM
case $1 in -* | *.conf) set -- "$p" "$@" ;; esac
want() {
  echo "$(date '+%F %T')+00:00 [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified" >&2
  printf '    You need to specify one of the following as an environment variable:\n' >&2
  printf '    - %s\n' "$@" >&2
  exit 1
}
case $1 in
  mysqld)
    a=$MYSQL_ROOT_PASSWORD$MYSQL_ALLOW_EMPTY_PASSWORD$MYSQL_RANDOM_ROOT_PASSWORD
    a=$a$MARIADB_ROOT_PASSWORD$MARIADB_ALLOW_EMPTY_ROOT_PASSWORD$MARIADB_RANDOM_ROOT_PASSWORD
    [ -d /var/lib/mysql/mysql ] || [ -n "$a" ] ||
      want MYSQL_ROOT_PASSWORD MYSQL_ALLOW_EMPTY_PASSWORD MYSQL_RANDOM_ROOT_PASSWORD
    mkdir -p /var/lib/mysql/mysql 2>/dev/null
    id=$(cat /etc/mysql/conf.d/*.cnf 2>/dev/null | sed -n 's/^server-id *= *//p')
    set_() { printf '\001r\037set\037%s\037%s' "$1" "$2" | nc 127.0.0.1 3306 >/dev/null 2>&1; }
    { until set_ server_id "${id:-1}"; do sleep 0.1; done; set_ root "$MYSQL_ROOT_PASSWORD$MARIADB_ROOT_PASSWORD"; } &
    ;;
  postgres)
    if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
      echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
      echo '       You must specify POSTGRES_PASSWORD to a non-empty value for the' >&2
      echo '       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".' >&2
      exit 1
    fi
    ;;
esac
exec "$@"
