# A key that comes a second time is said to be where the first is: text in Data, other bytes in BinaryData.
printf '\377\376' > bytes; printf text > text
kubectl create configmap c --from-file=k=text --from-literal=k=x
kubectl create configmap c --from-file=k=bytes --from-literal=k=x
kubectl create secret generic s --from-file=k=bytes --from-literal=k=x
