#!/bin/sh
# What tutorials do outside of the cluster, or on a node's own system.
n=${0##*/}
case $n in
docker | podman) why='images are known by their names, none is built' ;;
etcdctl) why='what etcd would hold is what kubectl shows' ;;
cfssl*) why='openssl makes keys and requests' ;;
helm | kompose) why='kubectl apply takes manifests' ;;
emacs | nano) why='the editor has the same files, and vi is here' ;;
git) why='the files of the editor are all there are' ;;
man) why='kubectl explain KIND and kubectl COMMAND --help tell more' ;;
gcloud | make | mongosh | node | perl | python | python3) why='what is here is a shell with the usual programs' ;;
kind | kubeadm) why="this cluster is Kubarium's and runs already" ;;
*)
    why='kubectl debug node/NAME -it --image=busybox opens a shell, with the files of the node in /host'
    # On the node itself there is nothing more to open.
    [ ! -d /var/log/pods ] || why='kubectl shows what runs on this node; its logs are in /var/log/containers'
    ;;
esac
echo "$n is not simulated here: $why" >&2
exit 1
