#!/bin/sh
# git, of which there is what a machine without a network does.
case $1 in
--version | version) echo 'git version 2.49.1' ;;
clone)
  url='' into=''
  for a; do
    case $a in
    *://* | *@*:*) url=$a into='' ;;
    -*) ;;
    *) into=$a ;;
    esac
  done
  [ "$url" ] || { echo 'fatal: You must specify a repository to clone.' >&2; exit 129; }
  host=${url#*://} host=${host#*@} host=${host%%[/:]*} url=${url%/} name=${url##*/}
  echo "Cloning into '${into:-${name%.git}}'..." >&2
  echo "fatal: unable to access '$url/': Could not resolve host: $host (nothing beyond the cluster is simulated)" >&2
  exit 128
  ;;
*) echo "git $1 is not simulated: there is nothing here that was cloned" >&2; exit 1 ;;
esac
