//! Every word the page says, in every language it speaks. A text is a row of the table below: one that lacks a language does
//! not compile. What Kubernetes itself says (statuses, messages, command output) is never translated.

use kubarium::base::List as _;
use std::sync::LazyLock;

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese, simplified.
    Zh,
}

impl Lang {
    /// As `lang="…"` has it.
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh-CN",
        }
    }

    /// The language that a code such as `zh-Hans-CN` asks for.
    pub fn of_code(code: &str) -> Lang {
        if code.starts_with("zh") { Lang::Zh } else { Lang::En }
    }

    /// The other one.
    pub fn other(self) -> Lang {
        match self {
            Lang::En => Lang::Zh,
            Lang::Zh => Lang::En,
        }
    }
}

/// Puts `values` where the text has `{}`, one after the other.
pub fn fill(text: &str, values: &[&str]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut values = values.iter();
    for (i, part) in text.split("{}").enumerate() {
        if i > 0 {
            out.push_str(values.next().copied().unwrap_or(""));
        }
        out.push_str(part);
    }
    out
}

/// The table: for each text its name in the code, then English, then Chinese.
macro_rules! texts {
    ($($name:ident: $en:literal, $zh:literal;)*) => {
        /// A text of the page. [`Text::t`] says it in a language.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Text { $($name),* }
        impl Text {
            /// All of them.
            #[cfg(test)]
            const ALL: &[Text] = &[$(Text::$name),*];

            /// The text in this language. Each language is one long text, taken apart once: to name each text's place where it is asked
            /// for would weigh more than all the rest of this.
            pub fn t(self, lang: Lang) -> &'static str {
                static PARTS: LazyLock<[Vec<&str>; 2]> =
                    LazyLock::new(|| [concat!($($en, "\0"),*), concat!($($zh, "\0"),*)].map(|all| all.split('\0').list()));
                // There is a part for each text.
                PARTS[lang as usize][self as usize]
            }
        }
    };
}

texts! {
    Tagline: "Kubernetes behind glass", "隔着玻璃看 Kubernetes";
    SkipToTank: "Skip to the cluster", "跳到集群";
    Clock: "Clock", "时钟";
    Play: "Play", "播放";
    Pause: "Pause", "暂停";
    Step: "Step to the next change", "步进到下一次变化";
    Speed: "Speed", "速度";
    Behind: "busy: slower than asked", "繁忙：低于设定速度";
    Replaying: "replaying the session", "正在重放会话";
    ThemeToLight: "Light theme", "浅色主题";
    ThemeToDark: "Dark theme", "深色主题";
    LanguageTo: "中文", "English";
    Help: "Keys and signs", "按键与图例";
    Close: "Close", "关闭";
    Cluster: "Cluster", "集群";
    Files: "Files", "文件";
    Editor: "Editor", "编辑器";
    Terminal: "Terminal", "终端";
    Inspector: "Inspector", "详情";
    Events: "Events", "事件";
    Panels: "Panels", "面板";
    Apply: "Apply", "应用";
    ApplyHint: "Apply this file to the cluster (Ctrl+Enter or ⌘Enter)", "把此文件应用到集群（Ctrl+Enter 或 ⌘Enter）";
    Examples: "Examples", "示例";
    Lessons: "Lessons", "课程";
    LessonOf: "Lesson {} of {}", "第 {} 课，共 {} 课";
    NextLesson: "Next lesson: {}", "下一课：{}";
    FirstLesson: "Begin with a lesson", "从课程开始";
    TypeIt: "Put it into the terminal", "填入终端";
    Paste: "Paste", "粘贴";
    NotPasted: "The browser did not let the page read the clipboard.", "浏览器没有允许页面读取剪贴板。";
    NewFile: "New file", "新建文件";
    CloseFile: "Close {}", "关闭 {}";
    Problems: "Problems", "问题";
    EditorFolding: "Fold line|Unfold line|folded code|unfold|Folded lines|Unfolded lines|to", "折叠此行|展开此行|已折叠的内容|展开|已折叠行|已展开行|至";
    EditorLabel: "YAML editor: {}. Escape, then Tab leaves it.", "YAML 编辑器：{}。先按 Esc 再按 Tab 可离开。";
    NoFile: "No file is open. Take an example, or make a file.", "没有打开的文件。选一个示例，或新建文件。";
    LineColumn: "line {}, column {}", "第 {} 行，第 {} 列";
    NewTerminal: "New terminal", "新建终端";
    TerminalLabel: "Terminal {}", "终端 {}";
    TerminalHint: "kubectl get pods · Tab completes · ↑ brings back · Ctrl+R searches · F6 leaves", "kubectl get pods · Tab 补全 · ↑ 历史 · Ctrl+R 搜索 · F6 离开";
    TerminalField: "Terminal {}. F6 leaves it.", "终端 {}。按 F6 可离开。";
    OutdatedRoll: "Today a Deployment rolls by itself: `kubectl set image`. To run this unchanged: `export KUBARIUM_KUBECTL=1.3`", "现在 Deployment 会自己滚动更新：`kubectl set image`。照原样运行：`export KUBARIUM_KUBECTL=1.3`";
    OutdatedGroup: "Today this kind is of `apps/v1` and needs a selector. To run this unchanged: `export KUBARIUM_KUBECTL=1.3`", "如今这个类型属于 `apps/v1`，并且必须有 selector。照原样运行：`export KUBARIUM_KUBECTL=1.3`";
    OutdatedAll: "Today `get` shows everything by itself. To run this unchanged: `export KUBARIUM_KUBECTL=1.3`", "现在 `get` 本来就显示全部。照原样运行：`export KUBARIUM_KUBECTL=1.3`";
    NoDns: "The cluster's DNS server is not shown here. To look at CoreDNS, open the example “The cluster's DNS” and apply it.", "这里看不到由谁解析名字。想看 CoreDNS，请打开示例“集群的 DNS”并应用它。";
    TerminalPast: "A past moment: what you do here begins a branch", "这是过去的时刻：在此操作会开启一个分支";
    NotApplied: "Not applied: fix what is marked first.", "未应用：请先修正标出的问题。";
    AppliedLater: "Applied as soon as the clock goes on.", "时钟继续后即会应用。";
    AppliedApart: "A branch begins at this moment: it is applied as soon as the clock goes on.", "从这一刻起是一个新分支：时钟继续后即会应用。";
    TerminalStands: "The clock is paused: commands run when it goes on", "时钟已暂停：继续后命令才会运行";
    FilterPods: "Filter pods", "筛选 Pod";
    Table: "Table", "表格";
    Picture: "Picture", "图形";
    Waiting: "Waiting for a node", "等待节点";
    NobodyWaits: "No pod is waiting for a node.", "没有 Pod 在等待节点。";
    Node: "Node", "节点";
    NodeCordoned: "No new pods", "不接收新 Pod";
    NodeEmpty: "Still water: no pod here yet.", "水面平静：这里还没有 Pod。";
    FarLabel: "{} pods on {} nodes: a mark for each pod, a tile for each node.", "{} 个 Pod，{} 个节点：每个标记是一个 Pod，每格是一个节点。";
    FarKeys: "Arrow keys go from pod to pod, Enter looks at one.", "方向键在 Pod 间移动，Enter 查看。";
    FarRequests: "requests: {}/s, a spot for each pod, a bar for each node", "请求：每秒 {} 个，点表示 Pod，条表示节点";
    ClusterEmpty: "Still water. Press Apply to put the first pod in, or take an example.", "水面平静。点“应用”放入第一个 Pod，或选一个示例。";
    ClusterEmptyTyping: "Still water. Put the first pod in from the terminal: kubectl run web --image=nginx", "水面平静。在终端放入第一个 Pod：kubectl run web --image=nginx";
    NoNodes: "The cluster has no nodes.", "集群没有节点。";
    MemoryRequests: "Memory", "内存";
    GaugeLabel: "{} requested of {}", "已请求 {}，共 {}";
    PodsOf: "{} of {} pods", "{} / {} 个 Pod";
    Pods: "Pods", "Pod";
    Pod: "Pod", "Pod";
    Containers: "Containers", "容器";
    Workloads: "Workloads", "工作负载";
    Services: "Services", "服务";
    NoWorkloads: "Nothing controls pods yet.", "还没有控制 Pod 的工作负载。";
    NoServices: "No services yet.", "还没有服务。";
    NoneSelects: "No Service selects this pod.", "没有 Service 选择这个 Pod。";
    ReachesPods: "reaches {} of {} pods", "可达 {} / {} 个 Pod";
    ReadyOf: "{} of {} ready", "{} / {} 就绪";
    DoneOf: "{} of {} done", "{} / {} 已完成";
    Restarts: "Restarts", "重启";
    RestartedTimes: "restarted {}×", "重启 {} 次";
    Name: "Name", "名称";
    Namespace: "Namespace", "命名空间";
    Status: "Status", "状态";
    Address: "Address", "地址";
    Owner: "Controlled by", "控制者";
    Created: "Created at", "创建于";
    Labels: "Labels", "标签";
    Zone: "Zone", "可用区";
    Taints: "Taints", "污点";
    Why: "Why", "为什么";
    Overview: "Overview", "概览";
    Yaml: "YAML", "YAML";
    Logs: "Logs", "日志";
    InsideTab: "Inside", "内部";
    Processes: "Processes", "进程";
    Kill: "Kill", "杀死";
    KillProcess: "Kill process {}: {}", "杀死进程 {}：{}";
    KillOf: "Kill process {} in {}", "杀死进程 {}，位于 {}";
    DoesCompute: "is computing", "正在运算";
    DoesSleep: "sleeps, {} s left", "休眠中，剩余 {} 秒";
    DoesRead: "waits for input", "等待输入";
    DoesWrite: "waits for its output to be read", "等待输出被读取";
    DoesWait: "waits for a process that it started", "等待它启动的进程";
    DoesAsk: "waits for an answer from the network", "等待网络应答";
    DoesServe: "waits for requests", "等待请求";
    DoesNothing: "waits for a signal", "等待信号";
    FindInTerminal: "Find in the terminal", "在终端中查找";
    FindBefore: "The one above", "上一处";
    FindAfter: "The one below", "下一处";
    FoundOf: "{} of {}", "第 {} 处，共 {} 处";
    FoundNone: "nothing found", "没有找到";
    Task: "Task", "任务";
    SchedulerHint: "Apply restarts the scheduler.", "应用会重启调度器。";
    TaskHint: "For your readers, not for the cluster: share the session.", "给读者的，不会应用到集群：请分享会话。";
    TaskSoFar: "{} of {}", "{} / {}";
    TaskDone: "All done", "全部完成";
    TaskHolds: "Done", "已完成";
    TaskNews: "Done: {}. {}", "已完成：{}。{}";
    TaskNotYet: "Not yet", "未完成";
    Environment: "Env", "环境";
    Gone: "It is no longer there.", "它已不存在。";
    LastOfIt: "To its last change", "回到它最后一次变化";
    NotThere: "It is not there at this moment.", "此刻它不存在。";
    Container: "Container", "容器";
    PreviousRun: "Previous run", "上一次运行";
    Follow: "Follow", "跟随";
    NoLines: "No line matches.", "没有匹配的行。";
    Save: "Download", "下载";
    EditorChanges: "What applying the editor's text would change", "应用编辑器内容将产生的变更";
    UsageOverTime: "Usage over time", "用量变化";
    PeakOf: "{}: {}, peak {}", "{}：{}，峰值 {}";
    NoLogs: "Nothing was written yet.", "还没有输出。";
    NoFiles: "The container does not run, so there is no file system to look at.", "容器没有运行，没有可查看的文件系统。";
    FromField: "field {}", "字段 {}";
    FromResource: "resource {}", "资源 {}";
    FromImage: "image", "镜像";
    FromRuntime: "runtime", "容器运行时";
    FromServices: "{} more from Services", "另有 {} 个由 Service 产生";
    NoEnvironment: "The spec sets no variables.", "规约没有设置变量。";
    EventsGone: "The API server keeps events for an hour: kubectl no longer shows those below.", "API 服务器只保留一小时内的事件：kubectl 看不到以下事件。";
    NoEvents: "No events.", "没有事件。";
    Value: "Value", "值";
    Data: "Data", "数据";
    Bytes: "{} bytes", "{} 字节";
    From: "From", "来源";
    EmptyFile: "The file is empty.", "文件为空。";
    Up: "Up", "上级";
    Close2: "Back to the cluster", "返回集群";
    HealthReady: "Ready", "就绪";
    HealthNotReady: "Not ready", "未就绪";
    HealthStarting: "Starting", "启动中";
    HealthPulling: "Pulling image", "拉取镜像";
    HealthBackingOff: "Waits to retry", "等待重试";
    HealthFailing: "Failing", "出错";
    HealthSucceeded: "Completed", "已完成";
    HealthFailed: "Failed", "已失败";
    HealthTerminating: "Terminating", "终止中";
    HealthUnscheduled: "Unscheduled", "未调度";
    ProbeStartup: "Startup probe", "启动探针";
    ProbeLiveness: "Liveness probe", "存活探针";
    ProbeReadiness: "Readiness probe", "就绪探针";
    ProbeRule: "every {} s, first after {} s, times out after {} s; acts after {} failures in a row", "每 {} 秒一次，{} 秒后开始，超时 {} 秒；连续失败 {} 次才生效";
    NextIn: "next in {} s", "{} 秒后再探";
    MissesOf: "{} of {} failures", "失败 {} / {}";
    RunningSince: "running for {}", "已运行 {}";
    NotStarted: "not started yet", "尚未启动";
    WaitingFor: "waiting: {}", "等待：{}";
    EndedWith: "ended with {} ({})", "退出码 {}（{}）";
    LastEnded: "last run ended with {} ({})", "上次退出码 {}（{}）";
    LeftSeconds: "{} s left", "剩余 {} 秒";
    Uses: "uses {}m CPU, {} memory", "使用 {}m CPU，{} 内存";
    RetryIn: "next try in {} s", "{} 秒后重试";
    PulledTo: "{} % pulled", "已拉取 {}%";
    InitContainer: "init container", "Init 容器";
    Sidecar: "sidecar", "边车容器";
    GoneIn: "up to {} s left", "最多还有 {} 秒";
    WhyNotYet: "No scheduler has looked at this pod yet.", "还没有调度器处理过这个 Pod。";
    WhyUnschedulable: "No node can take this pod{} The scheduler tries again when something changes that could help.", "没有节点能接收这个 Pod{}出现可能有帮助的变化时，调度器会重试。";
    RefusedShort: "{} without enough {} left: it asks for {}, and the most that is left is {} on {}", "{} 个节点剩余的 {} 不足：它请求 {}，剩余最多的是 {}（{}）";
    RefusedTaint: "{} with a taint that it does not tolerate{}", "{} 个节点有它不容忍的污点{}";
    RefusedAffinity: "{} without the labels that it asks for{}", "{} 个节点没有它要求的标签{}";
    RefusedCordoned: "{} cordoned", "{} 个节点已停止调度（cordon）";
    RefusedPorts: "{} where its host port is taken", "{} 个节点的主机端口已被占用";
    RefusedSpread: "{} where its group would be spread too unevenly", "放到 {} 个节点上会使分布过于不均";
    RefusedDevices: "{} without the devices that its claims ask for", "{} 个节点没有它所申领的设备";
    RefusedPods: "{} with pods that it must keep away from, or without those that it needs", "{} 个节点上有它必须避开的 Pod，或缺少它需要的 Pod";
    RefusedVolume: "{} out of reach of its volumes{}", "{} 个节点够不到它的卷{}";
    RefusedOther: "{}: {}", "{} 个节点：{}";
    WhyPulling: "{}: the image {} is being pulled.", "{}：正在拉取镜像 {}。";
    WhyPullFails: "{}: the image {} cannot be pulled. Is its name right?", "{}：无法拉取镜像 {}。名称写对了吗？";
    WhyCrashLoop: "{} ends again and again (restarts: {}), so each restart waits twice as long as the one before, 5 minutes at most.", "{} 反复退出（已重启 {} 次），每次重启等待的时间都是上一次的两倍，最长 5 分钟。";
    WhyCannotStart: "{} cannot be started.", "{} 无法启动。";
    WhyLacks: "{} cannot be started yet: something that its spec names is missing. The kubelet keeps looking, and starts it once that is there.", "{} 还不能启动：它的规约引用的内容还不存在。kubelet 会不断重试，一旦有了就会启动它。";
    WhyLivenessFails: "{}: the liveness probe has failed {} of the {} times in a row that restart the container.", "{}：存活探针连续失败 {} 次，满 {} 次将重启容器。";
    WhyReadinessFails: "{}: the readiness probe has failed {}× in a row ({}× is enough), so no Service sends requests here.", "{}：就绪探针连续失败 {} 次（满 {} 次即视为未就绪），Service 不会把请求发到这里。";
    WhyStartupFails: "{}: the startup probe has not succeeded yet ({} of the {} failures in a row that restart the container).", "{}：启动探针尚未成功（连续失败 {} 次，满 {} 次将重启容器）。";
    WhyProbeNotYet: "{} counts as not ready until its probe succeeds for the first time.", "在探针首次成功之前，{} 视为未就绪。";
    WhyInit: "The init container {} must end well before the others start.", "Init 容器 {} 必须先成功结束，其他容器才能启动。";
    WhyEnded: "{} ended with exit code {}.", "{} 以退出码 {} 结束。";
    EndedNever: "It is not started again, since restartPolicy is Never.", "restartPolicy 为 Never，因此不会重新启动。";
    WhyTerminating: "It is being deleted. Its processes got TERM and have until the grace period ends; then they get KILL.", "正在删除。进程已收到 TERM，宽限期结束后会收到 KILL。";
    WhyEnding: "{} is being ended: its processes got TERM; those still there when the grace period ends get KILL.", "{} 正在被终止：进程已收到 TERM，宽限期结束时仍在的会收到 KILL。";
    EndingIn: "being ended, up to {} s left", "正在终止，最多还有 {} 秒";
    WhyPodFailed: "The pod as a whole has been ended.", "整个 Pod 已被终止。";
    CauseDeadline: "The rollout has not come any further for {} s, so it counts as failed. Nothing is undone by itself: fix the new pods, or roll back.", "滚动更新已 {} 秒没有进展，视为失败。系统不会自动撤销：请修复新 Pod，或回滚。";
    CauseRefused: "The API server refuses its pods, so there are fewer than it should have.", "API 服务器拒绝创建它的 Pod，因此数量不足。";
    CauseOverQuota: "The quota of its namespace is used up, so no more of its pods can be created.", "命名空间的配额已用完，无法再创建它的 Pod。";
    CauseThrottled: "Its controller has made {} of {} pods so far: a controller may ask the API server for {} things at once, then for {} a second.", "控制器目前创建了 {} / {} 个 Pod：它可以一次向 API 服务器发出 {} 个请求，之后每秒 {} 个。";
    CausePaused: "It is paused: changes wait until it is resumed.", "已暂停：变更要等恢复后才会生效。";
    CauseRollingOut: "A rollout is under way: {} of {} pods are new. At most {} may be missing and {} extra (maxUnavailable, maxSurge), so an old pod stays until a new one is ready.", "正在滚动更新：{} / {} 个 Pod 是新的。最多可缺少 {}、多出 {}（maxUnavailable、maxSurge），所以新 Pod 就绪之前旧 Pod 会留下。";
    CauseNotReady: "Only {} of {} pods are ready.", "只有 {} / {} 个 Pod 就绪。";
    CauseNewWaits: "The new pod {} is not ready, so the old ones stay.", "新 Pod {} 未就绪，因此旧 Pod 会留下。";
    CauseOneByOne: "Its pods start one after the other: the next one waits until {} is ready.", "它的 Pod 依次启动：{} 就绪后才轮到下一个。";
    CauseNoNode: "No node matches what its pods ask for, so it runs nowhere.", "没有节点符合它的 Pod 的要求，因此一个都没有运行。";
    CauseJobBackoff: "Failed pods: {}. backoffLimit allows only {} retries, so the Job is given up.", "已有 {} 个 Pod 失败，而 backoffLimit 只允许重试 {} 次：Job 被放弃。";
    CauseJobDeadline: "It took longer than activeDeadlineSeconds ({} s), so its pods were ended.", "运行时间超过 activeDeadlineSeconds（{} 秒），它的 Pod 已被终止。";
    CauseJobFailed: "The Job has failed.", "Job 已失败。";
    CauseJobRetries: "Failed pods so far: {}; after {} retries the Job is given up.", "目前已有 {} 个 Pod 失败；重试 {} 次后将放弃 Job。";
    CauseSuspended: "It is suspended: nothing is started until it is resumed.", "已挂起：恢复之前不会启动任何东西。";
    CauseScaled: "The autoscaler {} sets how many pods there are: a number that is set by hand holds until it looks again, 15 s at most.", "副本数由自动扩缩器 {} 设定：手动设置的数量只保持到它下一次检查（最多 15 秒）。";
    CauseHpaNoTarget: "The object that it should scale does not exist: {}.", "它要扩缩的对象不存在：{}。";
    CauseHpaNoRequest: "The pods do not say what they ask for (resources.requests), so there is nothing to take a percentage of.", "Pod 没有写明请求量（resources.requests），因此无法计算百分比。";
    CauseHpaNoMetrics: "The usage of its pods is not known yet, so it changes nothing.", "还不知道 Pod 的使用量，因此不做改变。";
    CauseHpaOff: "What it scales has 0 replicas, which turns the autoscaler off.", "目标的副本数为 0，自动扩缩因此关闭。";
    CauseHpaMax: "More pods are called for than maxReplicas ({}) allows.", "需要的 Pod 多于 maxReplicas（{}）所允许的。";
    CauseHpaMin: "Fewer pods are called for than minReplicas ({}) allows.", "需要的 Pod 少于 minReplicas（{}）所允许的。";
    CauseHpaPace: "It may only go so far at a time (behavior), then it looks again.", "每次只能扩缩一定幅度（behavior），之后再重新计算。";
    CauseHpaHolds: "It waits before it scales down: the highest number of the last {} s counts.", "缩容前先等待：以最近 {} 秒内的最大值为准。";
    CauseClaimNoClass: "There is no StorageClass called {}, so no volume is made for it.", "没有名为 {} 的 StorageClass，因此不会创建卷。";
    CauseClaimLate: "Its volume comes when the first pod that uses it gets a node.", "第一个使用它的 Pod 分到节点时才会有卷。";
    CauseClaimNoVolume: "No volume fits it, and none has been made for it.", "没有合适的卷，也还没有新建的卷。";
    CauseVolumeReleased: "Its claim is gone. The volume and its data are kept, and no other claim gets it until it is freed by hand.", "它的申领已不存在。卷和数据都保留着，需手动释放后才能再用。";
    CauseBudget: "{} of its pods are healthy and {} must stay so: none may be evicted now, and a drain waits.", "健康的 Pod 有 {} 个，至少要保持 {} 个：现在一个都不能驱逐，排空会等待。";
    CauseNoPods: "No pod has the labels that it selects ({}), so it has no endpoints and requests to it fail.", "没有 Pod 带有它选择的标签（{}），因此没有端点，发来的请求都会失败。";
    CauseNoneReady: "None of the pods that it selects ({}) is ready: it has no endpoints and requests to it fail.", "它选中了 {} 个 Pod，但都未就绪：没有端点，发来的请求都会失败。";
    CauseNoAddress: "No cloud is there to give it an address outside. Inside the cluster it works.", "没有云平台为它分配外部地址。在集群内仍可使用。";
    CauseNodeUnnoticed: "Its kubelet has stopped reporting. The cluster takes the node for ready until it has heard nothing for {} s.", "它的 kubelet 已不再上报。集群在 {} 秒没有消息之前仍把它当作就绪。";
    CauseNodeLost: "Its kubelet does not report, so nobody knows how its pods are. After 5 minutes they are evicted.", "它的 kubelet 没有上报，无从得知其中 Pod 的状况。5 分钟后它们会被驱逐。";
    CauseCordoned: "It is cordoned: its pods stay, but no new ones come.", "已停止调度：原有 Pod 留下，新 Pod 不会来。";
    CausePressure: "It runs short of {}: pods may be evicted.", "{} 不足：Pod 可能被驱逐。";
    CauseGuarded: "{} may not be evicted now, since its budget allows none: a drain waits.", "{} 现在不能被驱逐，因为它的干扰预算不允许：排空会等待。";
    CauseNamespaceEnding: "It is gone only when everything in it is gone.", "其中的一切都消失后，它才会消失。";
    CauseQuotaFull: "{} is used up: {} of {}.", "{} 已用完：{} / {}。";
    CauseHeld: "It has been deleted, but stays until its finalizers are taken away: {}.", "已被删除，但要等其 finalizers 被移除才会消失：{}。";
    CauseMountFails: "A volume cannot be set up, so its containers do not start.", "有卷无法挂载，容器因此不能启动。";
    CauseClaimOfPod: "Its PersistentVolumeClaim {} has no volume yet.", "它的 PersistentVolumeClaim {} 还没有卷。";
    CauseClaimMissing: "Its PersistentVolumeClaim {} does not exist.", "它的 PersistentVolumeClaim {} 不存在。";
    CauseClaimOfDevices: "Its claim of devices ({}) does not exist, or is not for it to use.", "它的设备申领（{}）不存在，或不供它使用。";
    CauseNoScheduler: "It waits for a scheduler called {}, and there is none. Those that run: {}.", "它指定了名为 {} 的调度器，但没有这样的调度器。正在运行的有：{}。";
    CauseGated: "Scheduling gates keep it from the scheduler until they are taken away: {}.", "调度门控使它暂不参与调度，直到被移除：{}。";
    CauseProbeKills: "Its probe has failed as many times in a row as failureThreshold says, so the kubelet kills the container and starts it anew.", "探针失败次数已达到 failureThreshold，kubelet 因此终止容器并重新启动它。";
    CauseWasOom: "{} was killed because it used more memory than its limit ({}), and was started again.", "{} 使用的内存超过上限（{}），被杀死后又重新启动。";
    CauseNodeAway: "Its node does not answer, so nobody knows how it is. After 5 minutes it is deleted, and its controller makes another elsewhere.", "它的节点没有响应，无从得知它的状况。5 分钟后它会被删除，由控制器在别处重建。";
    CauseNodeSilent: "Its node does not answer, so nobody can say that its processes have ended.", "它的节点没有响应，无法确认进程已结束。";
    ExitDone: "The program has come to its end. A container that should keep running needs a program that does.", "程序已运行结束；要持续运行，需要一个不会结束的程序。";
    ExitError: "The program itself reported an error: its log says more.", "程序自己报告了错误：日志里有更多信息。";
    ExitCommand: "The command could not be run: is it in the image?", "命令无法运行：镜像里有它吗？";
    ExitKilled: "It was killed (SIGKILL): by a failed probe, by hand, or because it did not end in time.", "它被杀死（SIGKILL）：探针失败、手动杀死，或未能及时结束。";
    ExitMemory: "It used more memory than its limit allows.", "它使用的内存超过了上限。";
    ExitTerm: "It was asked to end (SIGTERM).", "它被要求结束（SIGTERM）。";
    CausePlaceholder: "No image called {} is known here, so a placeholder runs in its place: it answers on the container's ports, whatever the pod has it do succeeds, and it ends when it is told to or when its work would end.", "这里没有名为 {} 的镜像，因此由占位程序代替：它在容器端口上应答请求，Pod 要它做的都算成功；收到终止信号，或工作本应结束时，就退出。";
    CauseNoSuchImage: "No image is called {}: did you mean {}?", "没有名为 {} 的镜像：是否想写 {}？";
    CauseMisspelt: "No image called {} is known here: did you mean {}? A placeholder runs in its place. A real cluster would not find it, and the pod would wait in ImagePullBackOff.", "这里没有名为 {} 的镜像：是否想写 {}？现由占位程序代替运行。真实集群会找不到它，Pod 会停在 ImagePullBackOff。";
    ItsLog: "Its log", "查看日志";
    PageMissed: "{} is beyond the cluster, where nothing is simulated.", "{} 在集群之外，那里没有模拟任何内容。";
    FetchPage: "Fetch it once", "取回一次";
    PastePage: "Paste its text", "粘贴内容";
    PageComes: "Fetching it…", "正在取回……";
    PageNot: "It cannot be fetched ({}): paste its text.", "无法取回（{}）：请粘贴它的内容。";
    PageFetched: "{} belongs to the session now. Run the command again: ↑ and Enter.", "{} 已加入会话。再次运行命令：按 ↑ 和回车。";
    PagePaste: "Paste the text of {} here, then run the command again: ↑ and Enter.", "把 {} 的内容粘贴到这里，再次运行命令：按 ↑ 和回车。";
    Adopt: "Make it new", "转为新对象";
    AdoptNote: "This comes from a cluster. As new objects it lives here: without status, UIDs and what controllers make.", "这段内容来自某个集群。去掉状态、UID 和控制器生成的部分后，即可作为新对象在此运行。";
    PodsCount: "{} pods", "{} 个 Pod";
    AndMore: "and {} more", "还有 {} 个";
    Amiss: "Not right yet", "尚未正常";
    ShortExit: "{}, exit {}", "{}，退出码 {}";
    ShortRetries: "{} failed, backoffLimit {}", "失败 {} 次，backoffLimit {}";
    ShortSilent: "no longer reports", "不再上报";
    AllWell: "Nothing: all is as it should be.", "没有，一切正常。";
    LiveLabel: "What happens in the cluster", "集群动态";
    ResizeEditor: "Width of the editor", "编辑器宽度";
    ResizeTerminal: "Height of the terminal", "终端高度";
    ResizeInspector: "Width of the inspector", "详情面板宽度";
    SignNucleus: "A container in its pod. A ring around it runs down: the wait before the next start, or before the end.", "Pod 中的容器。外圈逐渐走完：表示等待下次启动，或等待终止。";
    SignReady: "1/2: one of its two containers is ready.", "1/2：两个容器中有一个就绪。";
    SignProbe: "A probe: a beat for each success, a cross for each failure. Diamonds count failures in a row up to the number that counts.", "探针：每次成功是一次跳动，失败是叉号。菱形计连续失败次数，满格即生效。";
    SignDoor: "A Service that sends requests here. Dashed and with a cross: not now, since the pod is not ready.", "会把请求发到这里的 Service。虚线加叉号：Pod 未就绪，暂不发送。";
    SignSheet: "The pod's copy of a ConfigMap or Secret: up to date, or old.", "Pod 中 ConfigMap 或 Secret 的副本：最新或已过时。";
    SignUse: "CPU and memory: filled as far as used, a line at the request, the end is the limit.", "CPU 与内存：填充为用量，竖线为请求量，末端为上限。";
    SignOld: "Hatched: of an older generation; a rollout replaces it.", "斜纹：旧版本，正被滚动更新替换。";
    SignDots: "Requests on their way, closer together where there are more; a cross where they are lost.", "途中的请求，越密越多；丢失处有叉号。";
    SignTime: "On the timeline: warnings above, other events in the middle, below what you did.", "时间线：上为警告，中为其他事件，下为你的操作。";
    KeyPlay: "Play or pause", "播放或暂停";
    KeySpeed: "Slower, faster", "减速、加速";
    KeyPanels: "From panel to panel", "在面板间切换";
    KeyArrows: "From pod to pod", "在 Pod 间移动";
    KeyClose: "Close, or unselect", "关闭或取消选择";
    KeyApply: "Apply the file", "应用文件";
    KeyTable: "Table or picture", "表格或图形";
    CrashTitle: "Kubarium broke", "Kubarium 出错了";
    CrashHelp: "A fault in the program stopped the cluster. Your session is kept: it can be run again up to the last thing you did.", "程序错误使集群停止。会话已保存：可以重新运行到最后一次操作之前。";
    CrashRestore: "Restore without the last input", "恢复（去掉最后一次输入）";
    CrashFresh: "Start afresh", "重新开始";
    Timeline: "Timeline", "时间线";
    Moment: "Moment", "时刻";
    NothingYet: "Nothing has happened yet.", "还没有发生任何事。";
    EventBefore: "To the event before", "到上一个事件";
    EventAfter: "To the next event", "到下一个事件";
    NothingCame: "Nothing of the kind came within an hour.", "一小时内没有发生这类事件。";
    HuntKind: "Which events to go to", "跳到哪类事件";
    AnyEvent: "any event", "任意事件";
    AnyWarning: "any warning", "任意警告";
    OnlyOf: "only {}", "仅 {}";
    Branches: "Branches", "分支";
    BranchFirst: "Original", "最初的时间线";
    BranchNamed: "Branch {} from {}", "分支 {}，自 {}";
    BranchHere: "Branch here", "从此分支";
    BranchHint: "Play on from this moment in another way; what was stays as it is", "从这一刻另行演进；原时间线保持不变";
    BackToNow: "Back to now", "回到现在";
    Past: "past", "过去";
    KeyEvents: "Event before, next event", "上一个、下一个事件";
    KeyUndo: "Undo the last step, in a branch", "在分支中撤销上一步";
    Undone: "Taken back. What was before is kept as a branch.", "已撤销。之前的时间线保留为一个分支。";
    NothingToUndo: "Nothing was done yet.", "还没有可撤销的操作。";
    Share: "Share", "分享";
    LinkNote: "This link holds the whole session: manifests, commands, faults, the moment. Nothing is stored on a server.", "此链接包含整个会话：清单、命令、故障和当前时刻。服务器上不存任何内容。";
    LinkLabel: "Link to this session", "此会话的链接";
    LinkTooLong: "As a link this session would be {} characters long, more than many programs let through. Save it as a file instead.", "此会话做成链接将有 {} 个字符，许多程序不支持。请改存为文件。";
    LinkOpened: "The shared session is here.", "已打开分享的会话。";
    LinkNewer: "This link was made by a newer Kubarium. Here is an empty cluster instead.", "此链接由更新版本的 Kubarium 生成。已打开一个空集群。";
    LinkUnreadable: "This link cannot be read; perhaps a part of it was lost. Here is an empty cluster instead.", "无法读取此链接，可能有一部分丢失了。已打开一个空集群。";
    FileUnreadable: "{} is neither text nor a session that can be read.", "{} 既不是文本，也不是可读取的会话。";
    FileOpened: "The session from the file is here.", "已打开文件中的会话。";
    Afresh: "A new session.", "新会话。";
    AfreshAlone: "The one before is lost with this page.", "之前的会话会随页面关闭而丢失。";
    Copy: "Copy", "复制";
    Copied: "Copied", "已复制";
    NotCopied: "Could not copy", "无法复制";
    SaveSession: "Save as a file", "存为文件";
    SaveSessionNote: "Drop it onto the page to open it again, or replay it with the program", "拖到页面上可再次打开，也可用程序回放";
    SaveScript: "Save as a kubectl script", "导出为 kubectl 脚本";
    SaveScriptNote: "The same manifests and commands, for a real cluster", "同样的清单与命令，用于真实集群";
    Embed: "Copy the code to embed it", "复制嵌入代码";
    EmbedNote: "The picture, the clock and the timeline in another page", "在其他网页中显示图形、时钟和时间线";
    EmbedTyping: "Copy the code to embed it with the terminal", "复制带终端的嵌入代码";
    EmbedTypingNote: "For exercises: readers type kubectl beside your text", "用于练习：读者可在正文旁输入 kubectl 命令";
    OpenFile: "Open a file", "打开文件";
    OpenFileNote: "A session, or manifests for the editor; dropping works too", "会话，或放进编辑器的清单；也可以拖放";
    NewSession: "New session", "新建会话";
    NewSessionNote: "An empty cluster at second zero", "从第零秒开始的空集群";
    RestoredLast: "Your last session is back.", "已恢复上次的会话。";
    RestoredCopy: "Your last session, as a copy: where another tab has it open, each goes its own way.", "上次会话的副本：若另一标签页也打开着它，两者互不影响。";
    NotKept: "This session is too large for the browser to keep: what is done from here on is gone once the page is closed. Save it as a file to have it again.", "此会话太大，浏览器无法保存：从现在起所做的一切会在页面关闭后丢失。请存为文件以便日后打开。";
    ReturnToReplaced: "Back to the one before", "返回之前的会话";
    Describe: "Describe", "描述";
    LookHint: "Choose a pod to look inside", "选择 Pod 查看内部";
    Kinds: "All kinds", "所有类型";
    Filter: "Filter", "筛选";
    NoPodMatches: "No pod matches.", "没有匹配的 Pod。";
    NoObjects: "There are none.", "没有对象。";
    Owns: "What belongs to it", "属于它的对象";
    Deeds: "What can be done", "可执行的操作";
    Shell: "Shell", "进入 Shell";
    KillContainer: "Kill container", "杀死容器";
    StopNode: "Stop its kubelet", "停止 kubelet";
    StartNode: "Start its kubelet", "启动 kubelet";
    Cordon: "Cordon", "停止调度";
    Uncordon: "Uncordon", "恢复调度";
    Drain: "Drain", "排空";
    OneLess: "Scale down", "减一";
    OneMore: "Scale up", "加一";
    ScaleTo: "Scale to…", "设定副本数…";
    RollOut: "Restart all", "滚动重启";
    RollBack: "Roll back", "回滚";
    EditObject: "Edit", "编辑";
    Delete: "Delete", "删除";
    Palette: "Command palette", "命令面板";
    PaletteHint: "A kind, a name, a command", "类型、名称或命令";
    OtherTheme: "Other theme", "切换主题";
    KeyTabs: "Description, YAML, logs", "描述、YAML、日志";
    KeyDeeds: "Edit, shell or scale, delete what is selected", "编辑、进入或扩缩、删除所选对象";
    Placement: "Where it was put, and why", "调度结果与原因";
    PlacementNote: "Try {} at {}: looked at {} of {} nodes.", "第 {} 次尝试（{}）：检查了 {} / {} 个节点。";
    PlacedOn: "The highest score was {}.", "得分最高的是 {}。";
    PlacedAmong: "{} of them share the highest score; it went to {}.", "其中 {} 个并列最高分，选中了 {}。";
    Plugin: "Plugin", "插件";
    Sum: "Sum", "合计";
    Total: "Score, or why not", "得分或原因";
    Shortage: "asks for {}, {} of {} free", "请求 {}，空闲 {} / {}";
    Ends: "How its containers ended", "容器的每次退出";
    When: "When", "时间";
    ExitCode: "Exit code", "退出码";
    Ran: "Ran for", "运行了";
    Reason: "Reason", "原因";
    InServices: "In Services", "所属 Service";
    AroundIt: "Which pods it reaches", "可达哪些 Pod";
    Reached: "gets its requests", "接收请求";
    SendsHere: "sends requests here", "把请求发到这里";
    SendsNone: "sends none here: not ready", "未就绪，不把请求发到这里";
    NotInUnready: "selected, but not ready", "已选中，但未就绪";
    NotInEnding: "selected, but being deleted", "已选中，但正在删除";
    NotInNoAddress: "selected, but has no address yet", "已选中，但还没有地址";
    NotInLabel: "not selected: wants {}={}, the pod says {}", "未选中：要求 {}={}，而 Pod 为 {}";
    NotInNoLabel: "not selected: wants {}={}, the pod has no such label", "未选中：要求 {}={}，而 Pod 没有此标签";
    Queues: "Queues", "队列";
    QueueWaiting: "Waiting", "等待";
    QueueHeld: "Taken", "已取走";
    Mounted: "Files from ConfigMaps and Secrets", "来自 ConfigMap 与 Secret 的文件";
    FileFresh: "up to date", "已是最新";
    FileLate: "old: the kubelet brings the new one within about a minute", "旧内容：kubelet 约一分钟内更新";
    FileLateIn: "old: the kubelet brings the new one at its next sync, within {} s", "旧内容：kubelet 在下次同步时更新，最迟 {} 秒后";
    LateIn: "· old copies: {}", "· {} 个 Pod 中是旧的";
    FileNone: "the container does not run", "容器未运行";
    Arithmetic: "How it is worked out", "计算过程";
    Step2: "Step", "步骤";
    HpaNow: "Replicas now", "当前副本数";
    HpaUnready: "{} not ready yet", "{} 个尚未就绪";
    HpaMissing: "{} not measured", "{} 个没有指标";
    HpaWanted: "Called for", "需要";
    HpaHighest: "the highest of all metrics", "取各指标的最大值";
    HpaStabilized: "After the window", "经稳定窗口后";
    HpaSet: "Set", "设定";
    HpaWithThem: "with them: × {}", "计入它们后：× {}";
    HpaNoWait: "nothing to wait for", "无需等待";
    HpaHighestLately: "the highest of the window counts", "以窗口内的最高值为准";
    HpaLowestLately: "the lowest of the window counts", "以窗口内的最低值为准";
    HpaWithin: "from minReplicas to maxReplicas", "在 minReplicas 与 maxReplicas 之间";
    HpaNoMore: "no more than maxReplicas", "不多于 maxReplicas";
    HpaNoFewer: "no fewer than minReplicas", "不少于 minReplicas";
    HpaNoFaster: "no faster than behavior lets it", "变化幅度受 behavior 限制";
    Held: "What holds its deletion", "什么在阻止删除";
    HeldByClaim: "waits until no pod uses the claim", "等待没有 Pod 使用该申领";
    HeldByVolume: "waits until no claim is bound to the volume", "等待没有申领绑定该卷";
    HeldForeground: "waits until all that belongs to it is gone", "等待属于它的对象全部消失";
    HeldOrphan: "waits until what belongs to it is let go", "等待属于它的对象被解除关联";
    HeldNamespace: "waits until everything in the namespace is gone", "等待命名空间中的一切消失";
    HeldJob: "waits until the Job has counted the pod", "等待 Job 统计该 Pod";
    HeldOther: "waits until whoever set it takes it away", "等待设置者将其移除";
    Changes: "What changed", "变更记录";
    Changed: "Changed", "变更";
    Beside: "What differs from the course it left", "与原时间线的差异";
    NothingDiffers: "Nothing differs from “{}” at this moment.", "此刻与“{}”没有差异。";
    PodsSame: "alike on both sides: {}", "两边相同：{} 个";
    Older: "older", "旧版";
    Newer: "newer", "新版";
    OlderCount: "{} older", "{} 个旧版";
    GaugeOfTarget: "Usage is {} of the target", "使用量为目标的 {}";
    OfTarget: "of the target", "相对目标";
    ChartLabel: "{} there, {} called for", "现有 {}，需要 {}";
    ChartThere: "there", "现有";
    ChartWanted: "called for", "需要";
    ChartUnread: "{} there, none called for without a reading", "现有 {}，尚无读数，未计算需要数";
    ChartBounds: "At least {} (minReplicas) and at most {} pods (maxReplicas), whatever the load.", "无论负载如何，Pod 不少于 {} 个（minReplicas），不多于 {} 个（maxReplicas）。";
    Load: "Set the load on all pods", "设定所有 Pod 的总负载";
    Restored: "The session was restored without its last input.", "会话已恢复，去掉了最后一次输入。";
    Section: "Cross-section", "剖面图";
    KeySection: "Cross-section of the selected pod", "所选 Pod 的剖面图";
    Cpu: "CPU", "CPU";
    Memory: "memory", "内存";
    UseAsked: "uses {}, asks for {}, no limit", "使用 {}，请求 {}，无上限";
    UseLimit: "uses {} of at most {}, asks for {}", "使用 {}，上限 {}，请求 {}";
    Throttled: "throttled", "被限流";
    EnvStale: "old until the container starts anew", "旧值，容器重启后才更新";
    EnvWas: "the source now says {}", "来源现为 {}";
    PartDoor: "lead to the pod while it is ready", "Pod 就绪时把请求引到这里";
    PartSource: "Sources", "来源";
    PartSourceNote: "kept by the API server; the pod has copies", "由 API 服务器保存，Pod 中是副本";
    PartNode: "its kubelet runs the containers", "其 kubelet 运行这些容器";
    PartPod: "one address, shared by its containers", "一个地址，由其中的容器共享";
    PartInit: "runs to its end before the others", "先于其他容器运行到结束";
    PartSidecar: "starts first and stays", "最先启动并一直运行";
    PartContainer: "processes with their own files", "拥有独立文件的进程";
    PartVolume: "files that containers share", "容器共享的文件";
    Volumes: "Volumes", "卷";
    Image: "Image", "镜像";
    Process: "Process", "进程";
    Mount: "Mount", "挂载";
    RestartPolicy: "Restart policy", "重启策略";
    Qos: "QoS", "QoS";
    Outside: "Outside", "集群外";
    PerSecond: "{}/s", "{}/秒";
    FailedPerSecond: "✕ {}/s", "✕ {}/秒";
    Requests: "Requests", "请求";
    Way: "From and to", "来源与去向";
    Sent: "Sent", "已发送";
    StandWaiting: "Waiting", "等待中";
    FailedCount: "Failed", "失败";
    LoadTitle: "Load from outside: draw it", "外部负载：画出曲线";
    LoadAt: "Requests a second after {} s", "{} 秒后的每秒请求数";
    LoadNone: "Draw here", "在此画出";
    LoadRuns: "a load runs, up to {}/s", "负载进行中，最高 {}/秒";
    LoadSend: "Send", "发送";
    LoadEnd: "Stop", "停止";
    FillMemory: "Fill its memory", "填满内存";
    CutNetwork: "Cut its network", "断开网络";
    MendNetwork: "Restore its network", "恢复网络";
    SlowDisk: "Slow its disk", "磁盘变慢";
    FastDisk: "Disk as before", "磁盘复原";
    SlowRegistry: "Slow its registry", "镜像仓库变慢";
    FastRegistry: "Registry as before", "镜像仓库复原";
    WrongOff: "kubelet off", "kubelet 已停止";
    WrongCut: "no network", "无网络";
    WrongDisk: "disk {}× slow", "磁盘慢 {} 倍";
    WrongRegistry: "registry {}× slow", "镜像仓库慢 {} 倍";
    Who: "Who", "谁";
    HeldUntil: "held back until {}", "保持到 {}";
    PastFile: "As it was at this moment. Apply brings what it is now here, as a branch.", "这是当时的内容。“应用”会把现在的内容带到这里，开启一个分支。";
    NotYetFile: "The file was not there at this moment.", "此时还没有这个文件。";
    MoreNodes: "{} more below", "下方还有 {} 个";
    NodesAbove: "{} more above", "上方还有 {} 个";
    ExLiveness: "Liveness probe that will fail", "将会失败的存活探针";
    ExLivenessNote: "Healthy for 10 s, then killed and restarted", "健康 10 秒，然后被杀死并重启";
    ExReadinessNote: "Joins its Service only while a file is there", "文件存在时才加入 Service";
    ExController: "ReplicationController", "ReplicationController";
    ExControllerNote: "Three nginx; delete one and see it replaced", "三个 nginx；删掉一个看它被补上";
    ExConfig: "ConfigMap as environment", "ConfigMap 作为环境变量";
    ExConfigNote: "Read once, when the container starts", "只在容器启动时读取一次";
    ExCrash: "Crash loop", "崩溃循环";
    ExCrashNote: "Ends after 3 s; each restart waits longer", "3 秒后退出；每次重启等得更久";
    ExService: "Service and its pods", "Service 与它的 Pod";
    ExServiceNote: "A selector finds the pods by label", "selector 按标签找到 Pod";
    ExMulti: "Several containers", "多个容器";
    ExMultiNote: "An init container, then two that share a volume", "先是 Init 容器，再是共享一个卷的两个容器";
    ExRollout: "Rollout", "滚动更新";
    ExRolloutNote: "Change the image: two generations trade places", "修改镜像：新旧两代交替";
    ExScale: "Autoscaler", "自动扩缩";
    ExScaleNote: "Set a load and watch it follow", "设置负载，看副本数如何跟随";
    ExScheduler: "A scheduler of your own", "自己的调度器";
    ExSchedulerNote: "Apply both files: pods are packed, not spread", "应用两个文件：Pod 集中放置，而不是分散";
    ExVolume: "ConfigMap as a file", "ConfigMap 作为文件";
    ExVolumeNote: "Edited, the file follows late; the variable never", "修改后文件稍后更新，环境变量不变";
    ExDns: "The cluster's DNS", "集群的 DNS";
    ExDnsNote: "CoreDNS and kube-dns, as kubeadm sets them up", "CoreDNS 与 kube-dns，和 kubeadm 装的一样";
    ExTask: "An exercise", "练习";
    ExTaskNote: "A task with checks that tick once they hold", "任务与检查项，满足后自动打勾";
    ExPending: "Too big for any node", "任何节点都放不下";
    ExPendingNote: "Waits in the queue, and says why", "在队列中等待，并说明原因";
    BookConfig: "Book: ConfigMap", "书：ConfigMap";
    BookConfigNote: "As environment, as files, and missing at first", "作为环境变量、作为文件，以及起初不存在";
    BookLife: "Book: life cycle", "书：生命周期";
    BookLifeNote: "A container killed for its memory; a static pod", "因内存超限被杀死的容器；静态 Pod";
    BookHealth: "Book: health checks", "书：健康检查";
    BookHealthNote: "By a connection, and by a page that is not there", "TCP 连接检查，以及一个不存在的页面";
    BookScheduling: "Book: scheduling", "书：Pod 调度";
    BookSchedulingNote: "RC, nodeSelector, affinity; label a node and they go", "RC、nodeSelector、节点亲和性；给节点打标签后即可调度";
    BookDaemonSet: "Book: DaemonSet", "书：DaemonSet";
    BookDaemonSetNote: "fluentd on every node, as it was and as it is written", "每个节点一个 fluentd，旧写法与新写法";
    BookJob: "Book: Job", "书：Job";
    BookJobNote: "A template, two queues, static assignment, CronJob", "模板、两种队列、静态分配与 CronJob";
    BookScaling: "Book: scaling", "书：扩容和缩容";
    BookScalingNote: "php-apache, its autoscaler, and a pod to make the load", "php-apache、它的 HPA，以及施加压力的 Pod";
    BookRolling: "Book: rolling update", "书：滚动升级";
    BookRollingNote: "rolling-update, KUBARIUM_KUBECTL=1.3; Deployment", "用 KUBARIUM_KUBECTL=1.3 的 rolling-update；Deployment";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_room_for_the_same_values() {
        for text in Text::ALL {
            let [en, zh] = [Lang::En, Lang::Zh].map(|lang| text.t(lang));
            assert!(!en.is_empty() && !zh.is_empty(), "{text:?}");
            assert_eq!(en.matches("{}").count(), zh.matches("{}").count(), "{text:?}");
        }
    }

    #[test]
    fn languages_are_known_by_their_codes() {
        for (code, lang) in [("zh-Hans-CN", Lang::Zh), ("zh", Lang::Zh), ("en-GB", Lang::En), ("de", Lang::En)] {
            assert_eq!(Lang::of_code(code), lang);
        }
        assert_eq!(Lang::of_code(Lang::Zh.other().code()), Lang::En);
        assert_eq!(fill("{} of {}", &["1", "2"]), "1 of 2");
        assert_eq!(fill("{} of {}", &["1"]), "1 of ");
        assert_eq!((Text::Tagline.t(Lang::Zh), Text::Play.t(Lang::En), Text::Play.t(Lang::Zh)), ("隔着玻璃看 Kubernetes", "Play", "播放"));
    }
}
