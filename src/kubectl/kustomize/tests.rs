//! Kustomizations as they are built, with the hashes that the documentation of kustomize shows.

use super::*;
use crate::kubectl::output::to_yaml;

struct Folder(&'static [(&'static str, &'static str)]);

impl Files for Folder {
    fn remove(&mut self, _: &str) {}
    fn is_executable(&self, _: &str) -> bool {
        false
    }
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let path = path.trim_start_matches("./").trim_start_matches("/root/");
        if let Some((_, text)) = self.0.iter().find(|(p, _)| *p == path) {
            return Ok(text.as_bytes().to_vec());
        }
        let inside = format!("{path}/");
        Err(if self.0.iter().any(|(p, _)| p.starts_with(&inside)) { FileError::IsADirectory } else { FileError::NotFound })
    }
    fn write(&mut self, _: &str, _: &[u8]) -> Result<(), FileError> {
        Err(FileError::PermissionDenied)
    }
    fn list(&self, path: &str) -> Result<Vec<String>, FileError> {
        let inside = format!("{path}/");
        let inside = inside.trim_start_matches("/root/");
        let within: Vec<String> = self.0.iter().filter_map(|(name, _)| name.strip_prefix(inside)).map(str::to_owned).collect();
        if within.is_empty() { Err(FileError::NotFound) } else { Ok(within) }
    }
}

fn built(files: &'static [(&'static str, &'static str)], directory: &str) -> String {
    let mut warnings = Vec::new();
    match build(&mut Folder(files), "/root", directory, false, &mut warnings) {
        Ok(built) => warnings.iter().map(|w| format!("{w}\n")).chain(built.objects.iter().map(to_yaml)).collect::<Vec<_>>().join("---\n"),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn generated_names_end_in_a_hash() {
    let names = |kustomization: &'static str| {
        let files: &'static [(&str, &str)] = Box::leak(Box::new([
            ("kustomization.yaml", kustomization),
            ("application.properties", "FOO=Bar\n"),
            ("password.txt", "username=admin\npassword=secret\n"),
        ]));
        let objects = build(&mut Folder(files), "/root", ".", false, &mut Vec::new()).map(|b| b.objects).unwrap_or_else(|e| panic!("{e}"));
        objects.iter().map(|o| o.name().to_owned()).collect::<Vec<_>>().join(" ")
    };
    for (kustomization, want) in [
        ("configMapGenerator:\n- name: example-configmap-1\n  files: [application.properties]\n", "example-configmap-1-g4hk9g2ff8"),
        ("configMapGenerator:\n- name: example-configmap-2\n  literals: [FOO=Bar]\n", "example-configmap-2-42cfbf598f"),
        ("secretGenerator:\n- name: example-secret-1\n  files: [password.txt]\n", "example-secret-1-2kdd8ckcc7"),
        ("secretGenerator:\n- name: example-secret-2\n  literals: [username=admin, password=secret]\n", "example-secret-2-8c5228dkb9"),
        ("generatorOptions: {disableNameSuffixHash: true}\nconfigMapGenerator:\n- name: a\n  literals: [FOO=Bar]\n", "a"),
    ] {
        assert_eq!(names(kustomization), want, "{kustomization}");
    }
}

#[test]
fn an_overlay_changes_its_base() {
    let shown = built(
        &[
            (
                "base/deploy.yaml",
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - {name: web, image: 'nginx:1.25', envFrom: [{configMapRef: {name: settings}}]}\n      - {name: side, image: example.com/side@sha256:0}\n",
            ),
            ("base/svc.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n"),
            (
                "base/kustomization.yaml",
                "resources: [deploy.yaml, svc.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [mode=fast]\n",
            ),
            (
                "over/kustomization.yaml",
                "resources: [../base]\nnamespace: shop\nnamePrefix: dev-\nnameSuffix: -x\nlabels:\n- pairs: {tier: web}\n  includeSelectors: true\n- pairs: {note: plain}\ncommonAnnotations: {by: me}\nimages:\n- {name: nginx, newTag: '1.27'}\n- {name: example.com/side, newName: side, digest: sha256:1}\nreplicas:\n- {name: web, count: 3}\npatches:\n- path: memory.yaml\n- target: {kind: Service}\n  patch: |-\n    - {op: replace, path: /spec/ports/0/port, value: 8080}\n",
            ),
            (
                "over/memory.yaml",
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        resources: {limits: {memory: 64Mi}}\n",
            ),
        ],
        "over",
    );
    expect_test::expect![[r#"
        apiVersion: v1
        data:
          mode: fast
        kind: ConfigMap
        metadata:
          annotations:
            by: me
          labels:
            note: plain
            tier: web
          name: dev-settings-x-t82mkhg8fd
          namespace: shop
        ---
        apiVersion: v1
        kind: Service
        metadata:
          annotations:
            by: me
          labels:
            note: plain
            tier: web
          name: dev-web-x
          namespace: shop
        spec:
          ports:
          - port: 8080
          selector:
            app: web
            tier: web
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          annotations:
            by: me
          labels:
            note: plain
            tier: web
          name: dev-web-x
          namespace: shop
        spec:
          replicas: 3
          selector:
            matchLabels:
              app: web
              tier: web
          template:
            metadata:
              annotations:
                by: me
              labels:
                app: web
                tier: web
            spec:
              containers:
              - envFrom:
                - configMapRef:
                    name: dev-settings-x-t82mkhg8fd
                image: nginx:1.27
                name: web
                resources:
                  limits:
                    memory: 64Mi
              - image: side@sha256:1
                name: side
    "#]]
    .assert_eq(&shown);
}

#[test]
fn what_is_wrong_is_said() {
    assert_eq!(
        built(&[("a.txt", "")], "."),
        "error: unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '/root'"
    );
    assert_eq!(
        built(&[("a.txt", "")], "nope/here"),
        "error: must build at directory: not a valid directory: evalsymlink failure on 'nope/here' : lstat /root/nope: no such file or directory"
    );
    assert_eq!(built(&[("a.txt", "")], "a.txt"), "error: must build at directory: 'a.txt': file is not directory");
    assert_eq!(
        built(&[("kustomization.yaml", "resources: [nope.yaml]\n")], "."),
        "error: accumulating resources: accumulation err='accumulating resources from 'nope.yaml': evalsymlink failure on '/root/nope.yaml' : lstat /root/nope.yaml: no such file or directory': must build at directory: not a valid directory: evalsymlink failure on '/root/nope.yaml' : lstat /root/nope.yaml: no such file or directory"
    );
    assert_eq!(
        built(&[("kustomization.yaml", "configMapGenerator: [{name: a, files: [no/such.txt]}]\n")], "."),
        "error: loading KV pairs: file sources: [no/such.txt]: evalsymlink failure on '/root/no/such.txt' : lstat /root/no: no such file or directory"
    );
    assert_eq!(
        built(&[("kustomization.yaml", "resource: [a.yaml]\n")], "."),
        "error: invalid Kustomization: json: unknown field \"resource\""
    );
    assert_eq!(
        built(&[("kustomization.yaml", "patches:\n- patch: |\n    apiVersion: v1\n    kind: Service\n    metadata: {name: web}\n")], "."),
        "error: no resource matches strategic merge patch \"Service.v1.[noGrp]/web.[noNs]\": no matches for Id Service.v1.[noGrp]/web.[noNs]; failed to find unique target for patch Service.v1.[noGrp]/web.[noNs]"
    );
    assert_eq!(
        built(&[("kustomization.yaml", "commonLabels: {a: b}\n")], "."),
        "# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. Run 'kustomize edit fix' to update your Kustomization automatically.\n"
    );
}

#[test]
fn directories_are_counted_as_often_as_they_are_built() {
    let twice = |next: usize| -> &'static str { format!("resources: [../b{next}, ../b{next}]\n").leak() };
    let name = |i: usize| -> &'static str { format!("b{i}/kustomization.yaml").leak() };
    let mut files: Vec<(&'static str, &'static str)> = (0..15).map(|i| (name(i), twice(i + 1))).collect();
    files.push((name(15), "resources: []\n"));
    assert_eq!(built(files.leak(), "b0"), "error: accumulating resources: more than 1000 directories");
}

#[test]
fn values_are_copied_from_one_object_to_others() {
    const DEPLOYMENT: (&str, &str) = (
        "d.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n      - name: c\n        \
         command: [start, --host, PLACE]\n        env: [{name: URL, value: 'http://a:80'}]\n",
    );
    const SERVICE: (&str, &str) =
        ("s.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 81, targetPort: 8080}]}\n");
    let text = built(
        &[
            DEPLOYMENT,
            SERVICE,
            (
                "kustomization.yaml",
                "namePrefix: dev-\nresources: [d.yaml, s.yaml]\nreplacements:\n\
                 - source: {kind: Service, name: web}\n  targets:\n  - {select: {kind: Deployment}, fieldPaths: [spec.template.spec.containers.0.command.2]}\n\
                 - path: r.yaml\n",
            ),
            (
                "r.yaml",
                "source: {kind: Service, fieldPath: spec.ports.0.port}\ntargets:\n\
                 - select: {kind: Deployment}\n  fieldPaths: ['spec.template.spec.containers.[name=c].env.[name=URL].value']\n  options: {delimiter: ':', index: 2}\n\
                 - select: {kind: .*}\n  reject: [{kind: Service}]\n  fieldPaths: ['metadata.labels.a\\.b/port']\n  options: {create: true}\n\
                 - select: {name: web}\n  reject: [{kind: Deployment}]\n  fieldPaths: [spec.ports.*.targetPort]\n",
            ),
        ],
        ".",
    );
    for want in ["- dev-web\n", "value: http://a:81\n", "a.b/port: 81\n", "targetPort: 81\n"] {
        assert!(text.contains(want), "{want:?} in {text}");
    }
    assert_eq!(
        built(
            &[
                SERVICE,
                (
                    "kustomization.yaml",
                    "resources: [s.yaml]\nreplacements: [{source: {kind: Pod, name: x}, targets: [{select: {kind: Service}}]}]\n"
                )
            ],
            "."
        ),
        "error: nothing selected by Pod.[noVer].[noGrp]/x.[noNs]"
    );
    assert_eq!(
        built(
            &[
                SERVICE,
                (
                    "kustomization.yaml",
                    "resources: [s.yaml]\nreplacements: [{source: {kind: Service}, targets: [{select: {kind: Service}, fieldPaths: [spec.no.x]}]}]\n"
                )
            ],
            "."
        ),
        "error: unable to find field \"spec.no.x\" in replacement target"
    );
    // Nothing is below what is no map, and an empty delimiter parts nothing.
    assert_eq!(
        built(
            &[
                SERVICE,
                (
                    "kustomization.yaml",
                    "resources: [s.yaml]\nreplacements: [{source: {kind: Service, fieldPath: spec.ports.0.port}, targets: [{select: {kind: Service}, fieldPaths: [metadata.name.x], options: {create: true}}]}]\n"
                )
            ],
            "."
        ),
        "error: unable to find or create field \"metadata.name.x\" in replacement target"
    );
    let whole = built(
        &[
            SERVICE,
            (
                "kustomization.yaml",
                "resources: [s.yaml]\nreplacements: [{source: {kind: Service, fieldPath: spec.ports.0.port, options: {delimiter: '', index: 5}}, targets: [{select: {kind: Service}, fieldPaths: [metadata.labels.x], options: {create: true}}]}]\n",
            ),
        ],
        ".",
    );
    assert!(whole.contains("x: 81\n"), "{whole}");
    // A value may be said outright, and there is one source.
    for (source, want) in [
        ("sourceValue: '8080'", "port: 8080\n"),
        ("{source: {kind: Service}, sourceValue: a", "mutually exclusive"),
        ("source: null", "must specify a source"),
    ] {
        let text = format!(
            "resources: [s.yaml]\nreplacements: [{{{}, targets: [{{select: {{kind: Service}}, fieldPaths: [spec.ports.0.port]}}]}}]\n",
            source.trim_start_matches('{')
        );
        let text = built(Box::leak(Box::new([SERVICE, ("kustomization.yaml", &*text.leak())])), ".");
        assert!(text.contains(want), "{want:?} in {text}");
    }
}

/// One base that is built upon twice: each reference follows the name that came the same way. As kubectl 1.36 builds it.
#[test]
fn two_overlays_of_one_base_keep_apart() {
    const ALL: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {on: true, port: 80, none: null, list: [1]}}\nspec: {serviceAccountName: sa, containers: [{name: c, image: i, envFrom: [{secretRef: {name: key}}]}]}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: [{apiGroups: [''], resources: [secrets], resourceNames: [key, other], verbs: [get]}]\n";
    const BASE: &str = "resources: [all.yaml]\nsecretGenerator:\n- name: key\n  literals: [long=0123456789012345678901234567890123456789012345678901234567890]\n";
    let shown = built(
        &[
            ("base/all.yaml", ALL),
            ("base/kustomization.yaml", BASE),
            ("aa/kustomization.yaml", "resources: [../base]\nnameSuffix: -a\n"),
            (
                "bb/kustomization.yaml",
                "resources: [../base]\nnameSuffix: -b\nsecretGenerator:\n- name: key\n  behavior: merge\n  literals: [more=1]\n  options: {disableNameSuffixHash: true, labels: {l: m}}\n",
            ),
            ("kustomization.yaml", "resources: [aa, bb]\nnamespace: shop\n"),
        ],
        ".",
    );
    let secret = "  long: |\n    MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMT\n    IzNDU2Nzg5MA==\n";
    for part in [
        "  resourceNames:\n  - key-a-286k46b9bh\n  - other\n",
        "  resourceNames:\n  - key-b\n  - other\n",
        &format!("data:\n{secret}kind: Secret\nmetadata:\n  name: key-a-286k46b9bh\n  namespace: shop\n"),
        &format!("data:\n{secret}  more: MQ==\nkind: Secret\nmetadata:\n  labels:\n    l: m\n  name: key-b\n"),
        "        name: key-a-286k46b9bh\n    image: i\n    name: c\n  serviceAccountName: sa-a\n",
        "        name: key-b\n    image: i\n    name: c\n  serviceAccountName: sa-b\n",
        "  annotations:\n    list: \"\"\n    none: \"null\"\n    \"on\": \"true\"\n    port: \"80\"\n  name: p-b\n",
    ] {
        assert!(shown.contains(part), "{part}\nin\n{shown}");
    }
    let twice = built(
        &[
            ("base/all.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"),
            ("base/kustomization.yaml", "resources: [all.yaml]\n"),
            ("aa/kustomization.yaml", "resources: [../base]\nnameSuffix: -a\n"),
            ("bb/kustomization.yaml", "resources: [../base]\nnameSuffix: -b\n"),
            ("kustomization.yaml", "resources: [aa, bb]\npatches:\n- patch: '{apiVersion: v1, kind: Pod, metadata: {name: p}}'\n"),
        ],
        ".",
    );
    assert_eq!(
        twice,
        "error: no resource matches strategic merge patch \"Pod.v1.[noGrp]/p.[noNs]\": multiple matches for Id Pod.v1.[noGrp]/p.[noNs]; failed to find unique target for patch Pod.v1.[noGrp]/p.[noNs]"
    );
}

/// Generators of one name make objects of several namespaces, and what no generator made keeps its name when one adds to it.
#[test]
fn generators_know_namespaces() {
    let shown = built(
        &[
            ("cm.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\ndata: {a: b}\n"),
            (
                "kustomization.yaml",
                "resources: [cm.yaml]\nconfigMapGenerator:\n- name: t\n  namespace: default\n  literals: [k=v]\n- name: t\n  namespace: kube-system\n  literals: [k=v]\n- name: plain\n  behavior: merge\n  literals: [c=d]\n",
            ),
        ],
        ".",
    );
    for part in [
        "  name: t-bdg947hgcc\n  namespace: default\n",
        "  name: t-bdg947hgcc\n  namespace: kube-system\n",
        "data:\n  a: b\n  c: d\nkind: ConfigMap\nmetadata:\n  name: plain\n",
    ] {
        assert!(shown.contains(part), "{part}\nin\n{shown}");
    }
}
