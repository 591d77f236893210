//! Ready manifests, as files in `static/examples/`: single ones, and those of a chapter of a book, section by section.

use kubarium::views::INGRESS_NGINX;

use super::i18n::Text;
use super::lang::Lang;

/// Ready manifests that belong together.
pub struct Example {
    /// The files they open as, with their texts; the first is shown.
    pub files: &'static [(&'static str, &'static str)],
    /// What it is.
    pub title: Text,
    /// What there is to see.
    pub note: Text,
}

impl Example {
    /// The files, with their comments in one language.
    pub fn files_in(&self, lang: Lang) -> impl Iterator<Item = (&'static str, String)> {
        self.files.iter().map(move |(path, text)| (path.rsplit('/').next().unwrap_or(path), text_in(text, lang)))
    }
}

/// A text with its comments in one language: lines that begin with `#zh` say in Chinese what the comment right above them says.
fn text_in(text: &str, lang: Lang) -> String {
    let mut out = String::new();
    // Where the comment begins that the lines before this one are.
    let mut comment = 0;
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("#zh"), lang) {
            (Some(_), Lang::En) => {}
            (Some(said), Lang::Zh) => {
                out.truncate(comment);
                out.push('#');
                out += said;
                comment = out.len();
            }
            (None, _) => {
                out += line;
                if !line.starts_with('#') {
                    comment = out.len();
                }
            }
        }
    }
    out
}

macro_rules! example {
    ($title:ident, $note:ident; $($file:literal),*) => {
        Example {
            files: &[$(($file, include_str!(concat!("../../static/examples/", $file)))),*],
            title: Text::$title,
            note: Text::$note,
        }
    };
}

/// All of them, in the order they are shown.
pub static EXAMPLES: [Example; 23] = [
    example!(ExLiveness, ExLivenessNote; "liveness-exec.yaml"),
    example!(ExController, ExControllerNote; "nginx-rc.yaml"),
    example!(ProbeReadiness, ExReadinessNote; "readiness.yaml"),
    example!(ExConfig, ExConfigNote; "config-env.yaml"),
    example!(ExCrash, ExCrashNote; "crash-loop.yaml"),
    example!(ExService, ExServiceNote; "service.yaml"),
    example!(ExMulti, ExMultiNote; "multi-container.yaml"),
    example!(ExPending, ExPendingNote; "too-big.yaml"),
    example!(ExRollout, ExRolloutNote; "rollout.yaml"),
    example!(ExScale, ExScaleNote; "autoscaler.yaml"),
    example!(ExScheduler, ExSchedulerNote; "scheduler.yaml", "packed.yaml"),
    example!(ExVolume, ExVolumeNote; "config-volume.yaml"),
    example!(ExDns, ExDnsNote; "dns.yaml"),
    Example {
        files: &[("ingress.yaml", include_str!("../../static/examples/ingress.yaml")), ("ingress-nginx.yaml", INGRESS_NGINX)],
        title: Text::ExIngress,
        note: Text::ExIngressNote,
    },
    example!(ExTask, ExTaskNote; "exercise.yaml"),
    example!(BookConfig, BookConfigNote; "book/cm-appvars.yaml", "book/cm-test-pod.yaml", "book/cm-appconfigfiles.yaml", "book/cm-test-app.yaml", "book/cm-test-app-all.yaml"),
    example!(BookLife, BookLifeNote; "book/oom-pod.yaml", "book/static-web.yaml", "book/node-files-pod.yaml"),
    example!(BookHealth, BookHealthNote; "book/pod-with-healthcheck.yaml", "book/pod-with-http-check.yaml"),
    example!(BookScheduling, BookSchedulingNote; "book/frontend-controller.yaml", "book/redis-master-controller.yaml", "book/with-labels-pod.yaml", "book/with-labels-executing-pod.yaml", "book/node-affinity-pod.yaml"),
    example!(BookDaemonSet, BookDaemonSetNote; "book/fluentd-ds.yaml", "book/fluentd-ds-apps.yaml"),
    example!(BookJob, BookJobNote; "book/rabbitmq.yaml", "book/job.yaml.txt", "book/job-wq-1.yaml", "book/redis.yaml", "book/job-wq-2.yaml", "book/job-static.yaml", "book/cronjob.yaml"),
    example!(BookScaling, BookScalingNote; "book/php-apache-rc.yaml", "book/php-apache-svc.yaml", "book/hpa-php-apache.yaml", "book/busybox-pod.yaml", "book/redis-slave-controller.yaml"),
    example!(BookRolling, BookRollingNote; "book/redis-master-controller-v1.yaml", "book/redis-master-controller-v2.yaml", "book/nginx-deployment.yaml"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_told_in_one_language() {
        let text = "kind: Pod\n# One\n# two.\n#zh 一二。\nspec:\n  # Both see this.\n";
        assert_eq!(text_in(text, Lang::En), "kind: Pod\n# One\n# two.\nspec:\n  # Both see this.\n");
        assert_eq!(text_in(text, Lang::Zh), "kind: Pod\n# 一二。\nspec:\n  # Both see this.\n");
    }

    #[test]
    fn examples_are_in_both_languages() {
        for e in &EXAMPLES {
            for ((path, en), (_, zh)) in e.files_in(Lang::En).zip(e.files_in(Lang::Zh)) {
                let comments = |text: &str| text.lines().filter(|l| l.starts_with('#')).count();
                assert!(comments(&zh) <= comments(&en), "{path}");
                assert_eq!(en == zh, comments(&en) == 0 || path == "node-files-pod.yaml", "{path}");
            }
            assert!(!e.title.t(Lang::Zh).is_empty());
            assert_ne!(e.note.t(Lang::En), e.note.t(Lang::Zh));
        }
    }

    #[test]
    fn what_examples_call_a_part_of_the_page_is_what_the_page_calls_it() {
        let mut named = 0;
        for (_, zh) in EXAMPLES.iter().flat_map(|e| e.files_in(Lang::Zh)) {
            for name in zh.split('“').skip(1).filter_map(|rest| rest.split_once('”')) {
                assert!(Text::ALL.iter().any(|text| text.t(Lang::Zh) == name.0), "{}", name.0);
                named += 1;
            }
        }
        assert!(named > 0);
    }
}
