# What a workstation has beside kubectl: redirections that name nothing, copies that ask, long sleeps, carriage returns, and the names of contexts.
E=; F='a b'; echo x > $E; echo $?; echo x > $F || echo no; cat < $E; cat < "$F"; echo x > "$F"; cat "a b"; sh -c 'E=; echo x > $E'
sleep 1e2 & sleep 1; kill %1; wait; echo $?; sleep e; timeout 1 sleep 1e30; echo $?
echo a > a; echo b > b; cp -i a b; echo $?; cat b; cp -i a c && cat c; mv -i a c; echo $?; mv -i a d && cat d
printf 'a\r\nrr\r\n' | sed 's/\r$//' | od -c | head -1; printf 'a\r\nrr\r\n' | awk '{ sub(/[\r]+$/, ""); print }' | od -c | head -1
kubens; kubens -c; kubens kube-system; kubens -c; kubectl get pods; kubens -; kubens -c; kubens nowhere; echo $?
kubectx; kubectx -c; kubectx kubarium; kubectx nowhere
