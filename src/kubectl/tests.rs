//! kubectl against an API server without controllers: transcripts, and what was recorded of the real one.

mod recorded;

use super::*;
use crate::api::{Value, kinds};
use crate::base::{Order as _, SortedMap, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, WriteOptions};

/// Files in memory.
#[derive(Clone, Debug, Default)]
struct MemoryFiles(SortedMap<String, Vec<u8>>);

fn clean(path: &str) -> String {
    path.split('/').filter(|p| !p.is_empty() && *p != ".").collect::<Vec<_>>().join("/")
}

impl Files for MemoryFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let path = clean(path);
        if let Some(content) = self.0.get(&path) {
            return Ok(content.clone());
        }
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        if self.0.keys().any(|k| k.starts_with(&prefix)) { Err(FileError::IsADirectory) } else { Err(FileError::NotFound) }
    }
    fn write(&mut self, path: &str, content: &[u8]) -> Result<(), FileError> {
        self.0.insert(clean(path), content.to_vec());
        Ok(())
    }
    fn is_executable(&self, _: &str) -> bool {
        false
    }
    fn remove(&mut self, path: &str) {
        self.0.remove(&clean(path));
    }
    fn list(&self, path: &str) -> Result<Vec<String>, FileError> {
        let path = clean(path);
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        let mut names: Vec<String> =
            self.0.keys().filter_map(|k| k.strip_prefix(&prefix)).map(|k| k.split('/').next().unwrap_or(k).to_owned()).collect();
        names.dedup();
        if names.is_empty() { Err(FileError::NotFound) } else { Ok(names) }
    }
}

/// A cluster of an API server alone, and a desk before it.
pub(super) struct Desk {
    pub(super) api: ApiServer,
    files: MemoryFiles,
    now: Time,
    /// How many changes the last line made in one step, at most.
    most: u64,
    /// How often it went on at once.
    parts: usize,
}

/// What a command printed.
#[derive(Debug, PartialEq)]
pub(super) struct Ran {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) exit: i32,
}

impl Desk {
    pub(super) fn new(files: &[(&str, &str)]) -> Desk {
        let files = files.iter().map(|(k, v)| (clean(k), v.as_bytes().to_vec())).collect();
        Desk { api: ApiServer::new(1), files: MemoryFiles(files), now: Time::from_secs(10), most: 0, parts: 0 }
    }

    /// Runs a line; what would wait for ever is interrupted.
    pub(super) fn run(&mut self, line: &str, stdin: &str, namespace: &str) -> Ran {
        let words = split_words(line);
        let env = Environment { namespace: namespace.into(), ..Environment::default() };
        let mut kubectl = Kubectl::start(&words[1..], &env);
        let mut out = Output::default();
        let (mut steps, mut ended) = (0, None);
        (self.most, self.parts) = (0, 0);
        let exit = loop {
            let before = self.api.revision();
            let (api, files) = (&mut self.api, &mut self.files);
            let mut host = Host { api, node: None, now: self.now, files, listening: &[], ended: ended.take() };
            let step = kubectl.step(&mut host, StdinState { bytes: stdin.as_bytes(), eof: true }, &mut out);
            self.most = self.most.max(self.api.revision() - before);
            match step {
                Step::Exit(code) => break code,
                Step::GoOn => self.parts += 1,
                Step::WaitUntil(at) | Step::WaitChange(Some(at)) | Step::WaitStdin(Some(at)) if at > self.now => self.now = at,
                // There are no programs here.
                Step::Run(_) => ended = Some(Ended::NotFound),
                _ => kubectl.interrupt(),
            }
            steps += 1;
            if steps > 1000 {
                kubectl.interrupt();
            }
        };
        let text = |s| String::from_utf8_lossy(&out.of(s)).into_owned();
        Ran { stdout: text(Stream::Stdout), stderr: text(Stream::Stderr), exit }
    }

    fn check(&mut self, line: &str, stdout: &str, stderr: &str, exit: i32) {
        let ran = self.run(line, "", "default");
        assert_eq!(ran, Ran { stdout: stdout.into(), stderr: stderr.into(), exit }, "$ {line}");
    }
}

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n";

#[test]
fn a_config_map_lives_and_dies() {
    let mut desk = Desk::new(&[("a.yaml", CONFIG_MAP), ("b.yaml", &CONFIG_MAP.replace("k: v", "k: w"))]);
    desk.check("kubectl apply -f a.yaml", "configmap/a created\n", "", 0);
    desk.check("kubectl apply -f a.yaml", "configmap/a unchanged\n", "", 0);
    desk.check("kubectl apply -f b.yaml", "configmap/a configured\n", "", 0);
    desk.check(
        "kubectl create -f a.yaml",
        "",
        "Error from server (AlreadyExists): error when creating \"a.yaml\": configmaps \"a\" already exists\n",
        1,
    );
    desk.check("kubectl get cm a", "NAME   DATA   AGE\na      1      0s\n", "", 0);
    desk.check("kubectl get cm/a -o name", "configmap/a\n", "", 0);
    desk.check("kubectl label cm a x=y", "configmap/a labeled\n", "", 0);
    desk.check("kubectl label cm a x=z", "", "error: 'x' already has a value (y), and --overwrite is false\n", 1);
    desk.check("kubectl delete -f a.yaml", "configmap \"a\" deleted from default namespace\n", "", 0);
    desk.check("kubectl get cm a", "", "Error from server (NotFound): configmaps \"a\" not found\n", 1);
    desk.check("kubectl get cm", "", "No resources found in default namespace.\n", 0);
}

#[test]
fn mistakes_are_told_as_cobra_tells_them() {
    let mut desk = Desk::new(&[]);
    desk.check("kubectl get pods --foo", "", "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n", 1);
    desk.check("kubectl -n", "", "error: flag needs an argument: 'n' in -n\nSee 'kubectl --help' for usage.\n", 1);
    desk.check("kubectl --foo get pods", "", "Error: flags cannot be placed before plugin name: --foo\n", 1);
    desk.check("kubectl convert -f x", "", "error: unknown command \"convert\" for \"kubectl\"\n", 1);
    desk.check("kubectl get nope", "", "error: the server doesn't have a resource type \"nope\"\n", 1);
}

/// Whatever is typed, kubectl answers and leaves (or waits, and is interrupted).
#[test]
fn nonsense_is_answered() {
    const WORDS: &str = "\
        get create apply delete set image env rollout status undo history logs exec run scale label annotate taint patch \
        expose autoscale drain cordon wait top node pod pods events explain config view set-context diff replace debug cp auth \
        can-i describe deploy deploy/a cm a all nodes svc,cm secret generic role ingress job service clusterip -f a.yaml \
        b.yaml - -- -o json yaml name jsonpath={.items[*]} jsonpath={..[ custom-columns=A:.x go-template={{. -l a=b a!=, --all \
        -A -n --dry-run=client --dry-run --for=condition=x=y --for=jsonpath={.a}=b --timeout=1s --timeout=-1s --replicas=2 \
        --replicas=-9999999999999 --image=x --image= x=y x- é=ü -é --é k=v:NoSchedule k: = -p {\"a\": [{\"op\":1}] --type=json \
        --type=merge --tcp=80:x:y --rule=a/b*=c:d,tls --verb=get --resource=pods/x.y --from-literal=a=b --from-file=a= \
        --from-file=. --hard=a=1 --max=3 --min=9 --cpu=5% --since=1h --tail=3 -it --rm --overrides={ --sort-by=.a[ -w \
        --raw=/api/v1/x% --prune --server-side --force --cascade=orphan --grace-period=0 --minify pods.v1. a/b/c / , --=x -= \
        ---x";
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector: {matchLabels: {x: y}}\n  template:\n    metadata: {labels: {x: y}}\n    spec: {containers: [{name: c, image: i}]}\n";
    let mut desk = Desk::new(&[("a.yaml", CONFIG_MAP), ("b.yaml", deployment)]);
    desk.run("kubectl apply -f a.yaml -f b.yaml", "", "default");
    // The empty one, too.
    let known: Vec<&str> = WORDS.split(' ').chain([""]).collect();
    let mut random = crate::base::RandomStream::new(7, "nonsense");
    for _ in 0..3000 {
        let count = 1 + random.below(7) as usize;
        let words: Vec<&str> = (0..count).map(|_| known[random.below(known.len() as u64) as usize]).collect();
        let quoted: Vec<String> = words.iter().map(|w| format!("'{w}'")).collect();
        desk.run(&format!("kubectl {}", quoted.join(" ")), "x: [", "default");
        let (word, arguments) = words.split_last().expect("there is one at least");
        complete(arguments, word, &desk.api, &first_kubeconfig("default"));
    }
}

#[test]
fn a_field_is_explained_with_its_values() {
    let mut desk = Desk::new(&[]);
    let text = "GROUP:      apps\nKIND:       Deployment\nVERSION:    v1\n\nFIELD: type <string>\nENUM:\n    Recreate\n    RollingUpdate\n\nDESCRIPTION:\n";
    let ran = desk.run("kubectl explain deployment.spec.strategy.type", "", "default");
    assert!(ran.stdout.starts_with(text) && ran.stdout.contains("Possible enum values:\n     - `\"Recreate\"`"), "{}", ran.stdout);
    assert_eq!((ran.stderr.as_str(), ran.exit), ("", 0));
    let ran = desk.run("kubectl explain pod.spec.tolerations --recursive", "", "default");
    assert!(ran.stdout.ends_with("FIELDS:\n  effect\t<string>\n  enum: NoExecute, NoSchedule, PreferNoSchedule\n  key\t<string>\n  operator\t<string>\n  enum: Equal, Exists, Gt, Lt\n  tolerationSeconds\t<integer>\n  value\t<string>\n\n"), "{}", ran.stdout);
    let ran = desk.run("kubectl explain pod.status.startTime", "", "default");
    assert!(ran.stdout.contains("    Time is a wrapper around time.Time"), "{}", ran.stdout);
    // What has no description is said to have none here.
    let ran = desk.run("kubectl explain storageclass.allowedTopologies.matchLabelExpressions", "", "default");
    assert!(ran.stdout.contains("    <no description>\n") && ran.stderr.starts_with("Only the everyday kinds"), "{}", ran.stdout);
}

#[test]
fn flags_that_do_not_go_together_are_refused() {
    let mut desk = Desk::new(&[("a.yaml", CONFIG_MAP)]);
    for (line, refusal) in [
        ("kubectl label", "one or more resources must be specified as <resource> <name> or <resource>/<name>"),
        ("kubectl label pods --all -l a=b x=y", "cannot set --all and --selector at the same time"),
        ("kubectl annotate --local pod x a=b", "can only use local files by -f rsrc.yaml or --filename=rsrc.json when --local=true is set"),
        ("kubectl apply -f a.yaml --force --dry-run=server", "--dry-run=server cannot be used with --force"),
        ("kubectl apply -f a.yaml --force-conflicts", "--force-conflicts only works with --server-side"),
        ("kubectl debug x --image=busybox --replace", "--replace may only be used with --copy-to."),
        ("kubectl auth can-i --list get", "list option must be specified with no arguments"),
        ("kubectl get --raw / -o json", "--raw and --output are mutually exclusive"),
        ("kubectl logs x --since-time=foo", "parsing time \"foo\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"foo\" as \"2006\""),
        ("kubectl auth can-i get pods --no-headers", "--no-headers cannot be set without --list specified"),
        ("kubectl wait pod/x --for=jsonpath=", "jsonpath expression cannot be empty"),
        ("kubectl set selector", "one selector is required"),
        ("kubectl auth reconcile x", "must specify one of -f and -k"),
        ("kubectl auth reconcile x -f a.yaml", "no arguments are allowed"),
        ("kubectl run x --image=NGINX", "Invalid image name \"NGINX\": invalid reference format"),
        (
            "kubectl run x --image=nginx --rm",
            "--rm should only be used for attached containers\nSee 'kubectl run -h' for help and examples",
        ),
    ] {
        desk.check(line, "", &format!("error: {refusal}\n"), 1);
    }
}

#[test]
fn a_kubeconfig_is_changed() {
    let mut desk = Desk::new(&[]);
    // Nobody is let in by a token that is none, also where no roles are enforced.
    desk.check("kubectl get pods --token=y", "", "error: You must be logged in to the server (Unauthorized)\n", 1);
    for (line, stdout) in [
        ("kubectl config rename-context kubarium a.b", "Context \"kubarium\" renamed to \"a.b\".\n"),
        ("kubectl config set contexts.a.b.namespace web", "Property \"contexts.a.b.namespace\" set.\n"),
        ("kubectl config set-cluster far --server=https://192.0.2.1", "Cluster \"far\" set.\n"),
        ("kubectl config set-credentials eve --token=x", "User \"eve\" set.\n"),
        ("kubectl config delete-user admin", "deleted user admin from /root/.kube/config\n"),
        ("kubectl config get-users", "NAME\neve\n"),
        ("kubectl config get-contexts --no-headers", "*     a.b   kubarium   admin   web\n"),
        ("kubectl config unset current-context", "Property \"current-context\" unset.\n"),
    ] {
        desk.check(line, stdout, "", 0);
    }
    desk.check("kubectl config set foo.bar x", "", "error: unable to parse foo.bar after [] at api.Config\n", 1);
}

#[test]
fn subjects_are_named_by_flags_that_elsewhere_say_who_asks() {
    let mut desk = Desk::new(&[]);
    desk.check(
        "kubectl create rolebinding b --clusterrole=view --user=ann --user=bob",
        "rolebinding.rbac.authorization.k8s.io/b created\n",
        "",
        0,
    );
    desk.check(
        "kubectl set subject rolebinding b --user=bob --serviceaccount=ops:robot",
        "rolebinding.rbac.authorization.k8s.io/b subjects updated\n",
        "",
        0,
    );
    desk.check("kubectl get rolebinding b -o jsonpath={.subjects[*].name}", "ann bob robot", "", 0);
    desk.check("kubectl set subject rolebinding b", "", "error: you must specify at least one value of user, group or serviceaccount\n", 1);
}

#[test]
fn the_server_applies_by_who_owns_what() {
    let mut desk = Desk::new(&[("a.yaml", CONFIG_MAP), ("b.yaml", &CONFIG_MAP.replace("k: v", "k: w"))]);
    desk.check("kubectl apply -f a.yaml", "configmap/a created\n", "", 0);
    let managers = "kubectl get cm a -o jsonpath={.metadata.managedFields[*].manager}";
    desk.check(managers, "kubectl-client-side-apply", "", 0);
    // What kubectl applied by itself it takes over.
    desk.check("kubectl apply --server-side -f b.yaml", "configmap/a serverside-applied\n", "", 0);
    desk.check(managers, "kubectl-last-applied kubectl", "", 0);
    let refused = desk.run("kubectl apply --server-side --field-manager=eve -f a.yaml", "", "default");
    assert!(
        refused.stderr.starts_with("error: Apply failed with 1 conflict: conflict with \"kubectl\": .data.k\nPlease review"),
        "{}",
        refused.stderr
    );
    desk.check("kubectl apply --server-side --field-manager=eve --force-conflicts -f a.yaml", "configmap/a serverside-applied\n", "", 0);
    desk.check("kubectl get cm a -o jsonpath={.data.k}", "v", "", 0);
    let shown = desk.run("kubectl get cm a -o yaml", "", "default").stdout;
    assert!(!shown.contains("managedFields"), "{shown}");
}

#[test]
fn templates_show_the_managers_of_what_only_the_cluster_wrote() {
    let mut desk = Desk::new(&[]);
    for (command, shown) in [
        ("kubectl get ns default -o jsonpath={.metadata}", true),
        ("kubectl get ns -o go-template={{.items}}", true),
        ("kubectl get ns -o custom-columns=ALL:.metadata", true),
        ("kubectl get ns default -o jsonpath={.metadata.labels}", false),
        ("kubectl get ns default -o json", false),
    ] {
        assert_eq!(desk.run(command, "", "default").stdout.contains("managedFields"), shown, "{command}");
    }
    assert_eq!(desk.run("kubectl get ns default -o jsonpath={..manager}", "", "default").stdout, "kube-apiserver");
    let wrong = desk.run("kubectl get ns default -o jsonpath={.no} --allow-missing-template-keys=false", "", "default").stderr;
    assert!(wrong.contains("\"manager\":\"kube-apiserver\""), "{wrong}");
}

#[test]
fn many_objects_are_changed_a_few_in_a_step() {
    const MANY: usize = 40;
    let all = |object: &dyn Fn(usize) -> String| (0..MANY).map(object).collect::<Vec<_>>().join("---\n");
    let web = all(&|i| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{i}}}\nspec:\n  selector: {{matchLabels: {{a: d{i}}}}}\n  template:\n    \
             metadata: {{labels: {{a: d{i}}}}}\n    spec: {{containers: [{{name: c, image: nginx}}]}}\n"
        )
    });
    let roles = all(&|i| format!("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: r{i}}}\nrules: []\n"));
    let bindings = all(&|i| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: b{i}}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}}\n"
        )
    });
    let nodes = all(&|i| format!("apiVersion: v1\nkind: Node\nmetadata: {{name: n{i}, labels: {{a: b}}}}\n"));
    let mut desk = Desk::new(&[("web", &web), ("nodes", &nodes), ("roles", &roles), ("bindings", &bindings)]);
    for line in [
        "create -f nodes",
        "taint nodes --all a=b:NoSchedule",
        "taint nodes -l a=b a-",
        "cordon -l a=b",
        "uncordon -l a=b",
        "drain -l a=b",
        "create -f web",
        "set image deploy --all c=httpd",
        "set env deploy --all X=y",
        "set resources deploy --all --limits=cpu=1",
        "set serviceaccount deploy --all abc",
        "rollout pause deploy",
        "rollout resume deploy",
        "rollout restart deploy",
        "label deploy --all a=b",
        "annotate -f web a=b",
        "scale deploy --all --replicas=3",
        "patch -f web -p '{\"spec\":{\"replicas\":2}}'",
        "replace -f web",
        "autoscale -f web --max=3",
        "expose -f web --port=80",
        "apply set-last-applied -f web --create-annotation",
        "replace --force -f web",
        "auth reconcile -f roles",
        "create -f bindings",
        "set subject -f bindings --user=me",
        "delete -f web",
    ] {
        let before = desk.api.revision();
        let ran = desk.run(&format!("kubectl {line}"), "", "default");
        assert_eq!((ran.exit, ran.stdout.lines().count() % MANY), (0, 0), "$ {line}\n{ran:?}");
        let all = desk.api.revision() - before;
        assert!(all >= MANY as u64 && desk.most <= 16, "$ {line}: of {all} changes {} in a step", desk.most);
    }
}

#[test]
fn a_long_manifest_is_read_in_parts() {
    let data = "x".repeat(20_000);
    let map = |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\ndata: {{a: {data}}}\n---\n");
    let all = ["a", "b", "c", "d"].map(map).concat();
    let mut desk = Desk::new(&[("all", &all), ("short", &map("a")), ("broken", &(all.clone() + "a: [\n"))]);
    for (line, made, parts, error) in [
        ("create --dry-run=client -f all", "abcd", 2, ""),
        ("create --dry-run=client -f short -f all", "aabcd", 2, ""),
        ("create --dry-run=client -f broken", "abcd", 3, "error: error parsing broken: error converting YAML to JSON: yaml: line "),
        ("create -f -", "abcd", 2, ""),
    ] {
        let ran = desk.run(&format!("kubectl {line}"), &all, "default");
        let names: String = ran.stdout.lines().filter_map(|l| l.strip_prefix("configmap/")?.chars().next()).collect();
        assert_eq!((names.as_str(), desk.parts, ran.exit), (made, parts, i32::from(!error.is_empty())), "$ {line}\n{ran:?}");
        assert!(ran.stderr.starts_with(error) && ran.stderr.is_empty() == error.is_empty(), "$ {line}\n{ran:?}");
    }
}

#[test]
fn a_long_table_is_made_in_parts() {
    let mut desk = Desk::new(&[]);
    let by = Caller::new(desk.now, "kubectl-create");
    desk.api.create_namespace(&by, "default");
    for i in 0..600 {
        let map = obj!({"metadata": {"name": format!("m{i}")}});
        desk.api.create(&by, kinds::CONFIG_MAP, "default", map, &WriteOptions::default()).expect("a valid one");
    }
    let ran = desk.run("kubectl get cm,ns", "", "default");
    let (maps, namespaces) = ran.stdout.split_once("\n\n").expect("two tables");
    assert!(desk.parts == 2 && namespaces.starts_with("NAME "), "{} parts\n{namespaces}", desk.parts);
    let lines: Vec<&str> = maps.lines().collect();
    let data = lines[0].find("DATA").expect("a column");
    assert_eq!(lines.iter().filter(|l| l.starts_with("configmap/m") && l[data..].starts_with("0 ")).count(), 600);
    assert_eq!(lines.iter().filter(|l| l.starts_with("NAME")).count(), 1);
}
