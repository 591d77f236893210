//! All programs: their names, how busybox says that they are used, their options and what runs them.

use super::super::process::Step;
use super::filter::{self, Made, awk, dump, grep, hash, lines, sed, split, tar, together};
use super::options::Options;
use super::{Run, control, date, expr, files, net, ps, resources, server, signals, system, users, vi};

/// What runs a program.
pub enum How {
    /// It ends at once, with this status.
    Ends(fn(&mut Run<'_>, &Options) -> i32),
    /// It goes on from this first step.
    Goes(fn(&mut Run<'_>, &Options) -> Step),
    /// It reads its files, or standard input.
    Filters(fn(&mut Run<'_>, &Options) -> Made),
}
use How::{Ends, Filters, Goes};

/// A program.
pub struct Row {
    names: &'static str,
    /// What follows its name in busybox's usage.
    pub usage: &'static str,
    /// As `options::read` has it.
    pub spec: &'static str,
    pub how: How,
}

const fn row(names: &'static str, usage: &'static str, spec: &'static str, how: How) -> Row {
    Row { names, usage, spec, how }
}

/// The program of this name.
pub fn find(name: &str) -> Option<&'static Row> {
    PROGRAMS.iter().find(|row| row.names.split(' ').any(|n| n == name))
}

static PROGRAMS: &[Row] = &[
    // Filters.
    row(
        "cat",
        "[-nbvteA] [FILE]...",
        "nbvteAu|sET number=n number-nonblank=b show-all=A show-ends=E show-nonprinting=v show-tabs=T squeeze-blank=s",
        Filters(lines::cat),
    ),
    row("head", "[OPTIONS] [FILE]...", "@n:c:qv bytes=c: lines=n: quiet=q silent=q verbose=v||z zero-terminated=z", Filters(lines::head)),
    row(
        "tail",
        "[OPTIONS] [FILE]...",
        "@n:c:qvfFs:|bytes=c: lines=n: quiet=q silent=q verbose=v follow=f? retry=r pid=p: sleep-interval=s:|z zero-terminated=z",
        Filters(lines::head),
    ),
    row("wc", "[-cmlwL] [FILE]...", "cmlwL|bytes=c chars=m lines=l words=w max-line-length=L|files0-from=-", Filters(lines::wc)),
    row("tee", "[-ai] [FILE]...", "ai|p append=a ignore-interrupts=i output-error=p?", Filters(lines::tee)),
    row("tr", "[-cds] STRING1 [STRING2]", "cCds|t complement=c delete=d squeeze-repeats=s truncate-set1=t", Filters(lines::tr)),
    row(
        "cut",
        "[OPTIONS] [FILE]...",
        "b:c:d:f:nsO:|complement=! output-delimiter=O: bytes=b: characters=c: delimiter=d: fields=f: only-delimited=s|DF:z zero-terminated=z",
        Filters(lines::cut),
    ),
    row(
        "uniq",
        "[-cduiz] [-f,s,w N] [FILE [OUTFILE]]",
        "cduif:s:w:|count=c repeated=d unique=u ignore-case=i skip-fields=f: skip-chars=s: check-chars=w:|zD zero-terminated=z all-repeated=D? group=-?",
        Filters(lines::uniq),
    ),
    row(
        "sort",
        "[-nrugMcszbdfiokt] [-o FILE] [-k START[.OFS][OPTS][,END[.OFS][OPTS]] [-t CHAR] [FILE]...",
        "bcCdfghik:Mmno:rsS:t:T:uVz|check=c? key=k: field-separator=t: output=o: reverse=r unique=u stable=s merge=m zero-terminated=z buffer-size=S: parallel=S: temporary-directory=T: numeric-sort=n general-numeric-sort=g human-numeric-sort=h month-sort=M version-sort=V ignore-case=f ignore-leading-blanks=b dictionary-order=d ignore-nonprinting=i|R random-sort=R sort=-: debug=- files0-from=-:",
        Filters(lines::sort),
    ),
    row("tac", "[FILE]...", "||brs: before=b regex=r separator=s:", Filters(lines::whole)),
    row(
        "shuf",
        "[-n NUM] [-o FILE] [-z] [FILE | -e [ARG...] | -i L-H]",
        "ei:n:|echo=e input-range=i: head-count=n:|o:z|r output=o: zero-terminated=z repeat=r random-source=-:",
        Filters(lines::whole),
    ),
    row(
        "split",
        "[OPTIONS] [INPUT [PREFIX]]",
        "@a:b:l:|d lines=l: bytes=b: suffix-length=a: numeric-suffixes=d? additional-suffix=S: verbose=v|C:en:t:ux elide-empty-files=e filter=-: hex-suffixes=x? line-bytes=C: number=n: separator=t: unbuffered=u",
        Filters(split::split),
    ),
    row("rev", "[FILE]...", "", Filters(lines::whole)),
    row(
        "nl",
        "[OPTIONS] [FILE]...",
        "b:i:ps:v:w:|body-numbering=b: line-increment=i: no-renumber=p number-separator=s: number-width=w: starting-line-number=v:|d:f:h:l:n: number-format=n: section-delimiter=d: header-numbering=h: footer-numbering=f: join-blank-lines=l:",
        Filters(lines::whole),
    ),
    row("fold", "[-bs] [-w WIDTH] [FILE]...", "@bsw:|bytes=b spaces=s width=w:", Filters(lines::whole)),
    row("strings", "[-fo] [-t o|d|x] [-n LEN] [FILE]...", "@an:|all=a bytes=n:|fot: print-file-name=f radix=t:", Filters(lines::whole)),
    row("less more", "[-EFIMmNSRh~] [FILE]...", "EFIMmNSRXeqinsdfw", Filters(lines::whole)),
    row("base64", "[-d] [-w COL] [FILE]", "diw:|decode=d ignore-garbage=i wrap=w:", Filters(lines::whole)),
    row(
        "grep egrep fgrep",
        "[-HhnlLoqvsrRiwFEz] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...",
        "HhnlLcoqvsrRiwxFEaze:f:m:A:B:C: color=+?|@GPUIuy after-context=A: before-context=B: context=C: count=c extended-regexp=E fixed-strings=F basic-regexp=G perl-regexp=P file=f: regexp=e: files-with-matches=l files-without-match=L ignore-case=i no-ignore-case=> invert-match=v line-number=n line-regexp=x word-regexp=w max-count=m: no-filename=h with-filename=H no-messages=s null-data=z only-matching=o quiet=q silent=q recursive=r dereference-recursive=R text=a binary=U line-buffered=u colour=+? include=[: exclude=]: exclude-dir=(:|bd:D:TZ byte-offset=b directories=d: devices=D: initial-tab=T null=Z label=-: binary-files=-: exclude-from=-: group-separator=-: no-group-separator=-",
        Filters(grep::make),
    ),
    row(
        "sed",
        "[-i[SFX]] [-nrE] [-f FILE]... [-e CMD]... [FILE]...\nor: sed [-i[SFX]] [-nrE] CMD [FILE]...",
        "ni?rEe:f: expression=e: file=f: in-place=i? quiet=n silent=n regexp-extended=E|suz null-data=z separate=s unbuffered=u posix=u|l: line-length=l: debug=- follow-symlinks=- sandbox=-",
        Filters(sed::make),
    ),
    row(
        "awk gawk mawk",
        "[OPTIONS] [AWK_PROGRAM] [FILE]...",
        "+F:v:f:e:|field-separator=F: assign=v: file=f: source=e:",
        Filters(awk::make),
    ),
    row(
        "comm",
        "[-123] FILE1 FILE2",
        "123|nocheck-order=n|z output-delimiter=-: total=- check-order=- zero-terminated=z",
        Filters(together::make),
    ),
    row(
        "diff",
        "[-abBdiNqrTstw] [-L LABEL] [-S FILE] [-U LINES] FILE1 FILE2",
        "abdiNqruU:w text=a minimal=d ignore-space-change=b ignore-case=i ignore-all-space=w new-file=N brief=q recursive=r unified=U?|color=+? normal=+|BcCeEyI:L:psStTx:Z label=L: context=c? side-by-side=y ignore-blank-lines=B report-identical-files=s exclude=x: strip-trailing-cr=-",
        Filters(together::make),
    ),
    row(
        "cmp",
        "[-ls] [-n NUM] FILE1 [FILE2 [SKIP1 [SKIP2]]]",
        "s|quiet=s silent=s|bi:ln: bytes=n: verbose=l print-bytes=b ignore-initial=i:",
        Filters(together::make),
    ),
    row("paste", "[-d LIST] [-s] [FILE]...", "d:s|delimiters=d: serial=s|z zero-terminated=z", Filters(together::make)),
    row(
        "hexdump",
        "[-bcdoxCv] [-e FMT] [-f FMT_FILE] [-n LEN] [-s OFS] [FILE]...",
        "bcdoxCve:n:s: canonical=C format=e: length=n: skip=s: no-squeezing=v one-byte-octal=b one-byte-char=c two-bytes-decimal=d two-bytes-octal=o two-bytes-hex=x|L?|f: format-file=f:",
        Filters(dump::make),
    ),
    row(
        "od",
        "[-abcdfhilovxs] [-t TYPE] [-A RADIX] [-N SIZE] [-j SKIP] [-S MINSTR] [-w WIDTH] [FILE]...",
        "bcdioxvt:A:N:j:w? format=t: address-radix=A: read-bytes=N: skip-bytes=j: output-duplicates=v width=w?||aefhlsBDFHILOXS: strings=S?",
        Filters(dump::make),
    ),
    row("xxd", "[-pri] [-g N] [-c N] [-n LEN] [-s OFS] [-o OFS] [FILE]", "prc:n:l:s:||abeiug:o:", Filters(dump::make)),
    row(
        "md5sum sha1sum sha256sum",
        "[-c[sw]] [FILE]...",
        "bt|binary=b text=t|cswz check=c status=s quiet=q warn=w tag=- zero=z",
        Filters(hash::make),
    ),
    row("tar", "c|x|t [-hvokO] [-f TARFILE] [-C DIR] [FILE]...", "*", Filters(tar::make)),
    row("cksum", "FILE...", "||a:clwz algorithm=a: check=c", Filters(hash::make)),
    // What waits, starts others or runs for long.
    row("sleep", "[N]...", "", Goes(control::sleep)),
    row("usleep", "N", "", Goes(control::sleep)),
    row("yes", "[STRING]", "*", Goes(control::yes)),
    row("pause", "", "*", Goes(control::pause)),
    row("seq", "[-w] [-s SEP] [FIRST [INC]] LAST", "+#ws:|equal-width=w separator=s:|f: format=f:", Goes(control::seq)),
    row("dd", "[if=FILE] [of=FILE] [ibs=N obs=N/bs=N] [count=N] [skip=N] [seek=N]", "*", Goes(control::dd)),
    row(
        "xargs",
        "[OPTIONS] [PROG ARGS]",
        "+0rtxn:s:P:I:i?e?E: no-run-if-empty=r null=0|L:d: delimiter=d: eof=e? max-args=n: max-lines=L: max-procs=P: max-chars=s: replace=i? verbose=t exit=x|a:l?op arg-file=a: interactive=p open-tty=o",
        Goes(control::xargs),
    ),
    row(
        "timeout",
        "[-s SIG] [-k KILL_SECS] SECS PROG ARGS",
        "+s:k:|v signal=s: kill-after=k: preserve-status=p foreground=f verbose=v",
        Goes(control::timeout),
    ),
    row(
        "watch",
        "[-n SEC] [-t] PROG ARGS",
        "+n:td|bcwxp interval=n: no-title=t differences=d? color=c exec=x beep=b no-wrap=w precise=p|egq errexit=e chgexit=g equexit=q",
        Goes(control::watch),
    ),
    row(
        "env",
        "[-i0] [-u NAME]... [-] [NAME=VALUE]... [PROG ARGS]",
        "+i0u: ignore-environment=i null=0 unset=u:||C:S:v chdir=C: split-string=S: debug=v",
        Goes(control::env),
    ),
    row("nohup", "PROG ARGS", "+", Goes(control::env)),
    row("nice", "[-n ADJUST] [PROG ARGS]", "+@n: adjustment=n:", Goes(control::env)),
    row("ionice", "[-c 1-3] [-n 0-7] [-t] { -p PID | PROG ARGS }", "+c:n:p:t", Goes(control::env)),
    row("stdbuf", "OPTION... COMMAND", "+i:o:e: input=i: output=o: error=e:", Goes(control::env)),
    row("setsid", "[-c] PROG ARGS", "+c|fw ctty=c fork=f wait=w", Goes(control::env)),
    row("time", "[-vpa] [-o FILE] PROG ARGS", "+vpao:f:", Goes(control::env)),
    row("unbuffer tini dumb-init", "[--] PROG ARGS", "+cegp:rsvw", Goes(control::env)),
    row("chroot", "NEWROOT [PROG ARGS]", "+|userspec=u: groups=g: skip-chdir=s", Goes(control::env)),
    row("su-exec gosu", "USER PROG [ARGS]", "+", Goes(control::env)),
    row("find", "[-HL] [PATH]... [OPTIONS] [ACTIONS]", "*", Goes(control::find)),
    row("stress stress-ng", "", "*", Goes(control::stress)),
    // Files.
    row(
        "ls",
        "[-1AaCxdLHRFplinshrSXvctu] [-w WIDTH] [FILE]...",
        "1AaCxdLHRFpklinhrStcufw: color=+? full-time=-|NUq all=a almost-all=A directory=d classify=F? human-readable=h inode=i numeric-uid-gid=n recursive=R reverse=r dereference=L width=w: file-type=p literal=N|bBDgGI:mosQTvXZ full-time=- group-directories-first=- size=s sort=-: time=-: time-style=-: no-group=G format=-: block-size=-: hide=-: ignore=I:",
        Ends(files::ls),
    ),
    row(
        "touch",
        "[-cham] [-d DATE] [-t DATE] [-r FILE] FILE...",
        "acd:fhmr:t: no-create=c reference=r: no-dereference=h|date=d: time=m:|",
        Ends(files::touch),
    ),
    row("mkdir", "[-m MODE] [-p] DIRECTORY...", "m:pv mode=m: parents=p verbose=v||Z context=Z", Ends(files::mkdir)),
    row("rmdir", "[-p] DIRECTORY...", "pv parents=p ignore-fail-on-non-empty=i verbose=v", Ends(files::rmdir)),
    row(
        "rm unlink",
        "[-irf] FILE...",
        "frRv|d recursive=r force=f verbose=v dir=d one-file-system=x preserve-root=x? no-preserve-root=x|iI interactive=i?",
        Ends(files::rm),
    ),
    row(
        "cp",
        "[-arPLHpfinlsTu] SOURCE DEST\nor: cp [-arPLHpfinlsu] SOURCE... { -t DIRECTORY | DIRECTORY }",
        "adfHiLnpPrRt:Tuv archive=a recursive=r force=f interactive=i no-clobber=n verbose=v update=u target-directory=t: no-target-directory=T dereference=L no-dereference=P reflink=f?|x preserve=p? one-file-system=x|blsS:Z link=l symbolic-link=s backup=b? parents=-",
        Ends(files::cp),
    ),
    row(
        "mv",
        "[-finT] SOURCE DEST\nor: mv [-fin] SOURCE... { -t DIRECTORY | DIRECTORY }",
        "fint:Tv force=f interactive=i no-clobber=n target-directory=t: no-target-directory=T verbose=v|u update=u|b backup=b?",
        Ends(files::mv),
    ),
    row(
        "ln",
        "[-sfnbtv] [-S SUF] TARGET... LINK|DIR",
        "sfnvT|LPt: symbolic=s force=f no-dereference=n verbose=v no-target-directory=T target-directory=t:|bdFirS: relative=r interactive=i backup=b?",
        Ends(files::ln),
    ),
    row(
        "readlink",
        "[-fnv] FILE",
        "fnvqs|em canonicalize=f canonicalize-existing=e canonicalize-missing=m no-newline=n quiet=q silent=s verbose=v|z zero=z",
        Ends(files::readlink),
    ),
    row(
        "realpath",
        "FILE...",
        "|emqPL canonicalize-existing=e canonicalize-missing=m quiet=q physical=P|sz strip=s no-symlinks=s relative-to=-: relative-base=-: zero=z",
        Ends(files::readlink),
    ),
    row("chmod", "[-Rcvf] MODE[,MODE]... FILE...", "*", Ends(files::chmod)),
    row(
        "chown chgrp",
        "[-RhLHPcvf]... USER[:[GRP]] FILE...",
        "RhLHPf recursive=R no-dereference=h dereference=L quiet=f silent=f||cv changes=c verbose=v reference=-: from=-:",
        Ends(files::chown),
    ),
    row("stat", "[-ltf] [-c FMT] FILE...", "c:L|format=c: dereference=L printf=%:|ftl terse=t file-system=f", Ends(files::stat)),
    row(
        "du",
        "[-aHLdclsxhmk] [FILE]...",
        "acd:hHkLlmsx|b all=a total=c max-depth=d: human-readable=h summarize=s bytes=b one-file-system=x|B:DPSX:0t: block-size=B: exclude=X: apparent-size=- inodes=- time=-? threshold=t:",
        Ends(files::du),
    ),
    row("mktemp", "[-dt] [-p DIR] [TEMPLATE]", "dqtup: directory=d dry-run=u quiet=q tmpdir=p?||suffix=-:", Ends(files::mktemp)),
    row("basename", "FILE [SUFFIX] | -a FILE... | -s SUFFIX FILE...", "as:|multiple=a suffix=s:|z zero=z", Ends(files::basename)),
    row("dirname", "FILENAME", "||z zero=z", Ends(files::dirname)),
    row("mount", "[OPTIONS] [-o OPT] DEVICE NODE", "*", Ends(files::mount)),
    row("sync umount", "", "*", Ends(system::nothing)),
    row("truncate", "[-c] -s SIZE FILE...", "cs:|no-create=c size=s:|or: io-blocks=o reference=r:", Ends(files::truncate)),
    // What tells of the system, and small things.
    row("echo", "[-neE] [ARG]...", "*", Ends(system::echo)),
    row("printf", "FORMAT [ARG]...", "*", Ends(system::printf)),
    row("clear reset", "", "", Ends(system::clear)),
    row("true : dmesg stty mkfifo renice who w last", "", "*", Ends(system::nothing)),
    row("false", "", "*", Ends(system::fails)),
    row("test [ [[", "EXPRESSION ]", "*", Ends(system::test)),
    row("pwd", "[-LP]", "LP|logical=L physical=P", Ends(system::pwd)),
    row(
        "hostname",
        "[-sidf] [HOSTNAME | -F FILE]",
        "dfis|AI all-ip-addresses=I all-fqdns=A domain=d fqdn=f long=f ip-address=i short=s|abvyF: alias=a file=F: nis=y",
        Ends(system::hostname),
    ),
    row("whoami", "", "", Ends(users::whoami)),
    row("id", "[-ugGnr] [USER]", "ugGnr|a user=u group=g groups=G name=n real=r|zZ zero=z context=Z", Ends(users::id)),
    row("groups", "[USER]", "", Ends(users::id)),
    row(
        "uname",
        "[-amnrspvio]",
        "aimnoprsv all=a kernel-name=s nodename=n kernel-release=r kernel-version=v machine=m operating-system=o processor=p hardware-platform=i",
        Ends(system::uname),
    ),
    row(
        "date",
        "[OPTIONS] [+FMT] [[-s] TIME]",
        "d:r:s:uI?R date=d: reference=r: set=s: utc=u|universal=u iso-8601=I? rfc-email=R rfc-3339=3:|D:f: file=f: debug=-",
        Ends(date::date),
    ),
    row("printenv", "[VARIABLE]...", "||0 null=0", Ends(system::printenv)),
    row("expr", "EXPRESSION", "*", Ends(expr::expr)),
    row("factor", "[NUMBER]...", "", Ends(system::factor)),
    row("nproc", "[--all] [--ignore=N]", " all=a ignore=i:", Ends(resources::nproc)),
    row("uptime", "", "||ps pretty=p since=s", Ends(resources::uptime)),
    row("which", "[-a] COMMAND...", "a", Ends(system::which)),
    row(
        "ps",
        "[-o COL1,COL2=HEADER] [-T]",
        "aAdeflTxwuHjLZo:p: pid=p: format=o:|FC: sort=%: forest=^ no-headers=! headers=F|U:G:t:",
        Ends(ps::ps),
    ),
    row("top", "[-bH] [-n COUNT] [-d SECONDS]", "bHmn:d:|ciS|p:o:u:", Ends(resources::top)),
    row(
        "free",
        "[-bkmgh]",
        "bkmgh human=h bytes=b kibi=k mebi=m gibi=g|tw total=t wide=w|ls:c: lohi=l seconds=s: count=c:",
        Ends(resources::free),
    ),
    row(
        "df",
        "[-PkmhTai] [-B SIZE] [-t TYPE] [FILESYSTEM]...",
        "ahikmPT|all=a human-readable=h portability=P inodes=i print-type=T|HB:t:x: block-size=B: output=-? total=- type=t: si=H",
        Ends(resources::df),
    ),
    row("kill", "[-l] [-SIG] PID...", "*", Ends(signals::kill)),
    row("killall", "[-lq] [-SIG] PROCESS_NAME...", "*", Ends(signals::by_name)),
    row("pidof", "[NAME]...", "*", Ends(signals::by_name)),
    row("pkill pgrep", "[-flanovx] [-s SID|-P PPID|PATTERN]", "*", Ends(signals::by_name)),
    row("tty", "[-s]", "s|silent=s quiet=s", Ends(system::tty)),
    row("nano ed emacs", "", "*", Ends(system::no_editor)),
    row("apt-get apt apk", "", "*", Ends(system::install)),
    row("yum gzip gunzip dig host mkfs", "", "*", Ends(system::not_simulated)),
    row("busybox", "", "*", Ends(system::busybox)),
    row("vi vim", "[-c CMD] [-H] [FILE]...", "c:H:T:RnmM", Goes(vi::start)),
    // The network.
    row("ip", "[OPTIONS] address|route|link|tunnel|neigh|rule [ARGS]", "*", Ends(net::ip)),
    row("ifconfig", "[-a] [IFACE] [ADDRESS]", "*", Ends(net::ifconfig)),
    row(
        "netstat ss",
        "[-ral] [-tuwx] [-en]",
        "aelnoptuwxW46 all=a listening=l numeric=n programs=p processes=p tcp=t udp=u||rsi route=r statistics=s",
        Ends(net::netstat),
    ),
    row(
        "wget",
        "[-cqS] [--spider] [-O FILE] [-T SEC] URL...",
        "cnO:P:qt:ST:U: spider=% header=H: post-data=D: quiet=q output-document=O: tries=t: timeout=T: user-agent=U: server-response=S no-check-certificate=n no-verbose=n no-cache=n no-clobber=n continue=c directory-prefix=P:|v verbose=v no-proxy=n retry-connrefused=n|o:Y: output-file=o: post-file=-: method=-: body-data=-: recursive=-",
        Goes(net::wget),
    ),
    row(
        "curl",
        "[options...] <url>",
        "sSfLiIvX:H:d:Oo:w:m:kA:u:b:e:N46gGT:# progress-bar=g upload-file=T: data-urlencode=^: silent=s show-error=S fail=f location=L include=i head=I verbose=v request=X: header=H: data=d: data-raw=_: data-binary=%: data-ascii=d: json=J: remote-name=O output=o: write-out=w: max-time=m: connect-timeout=m: retry=R: resolve=V: insecure=k cacert=C: cert=E: key=E: user-agent=A: user=u: cookie=b: referer=e: retry-delay=E: retry-max-time=E: retry-connrefused=g no-buffer=N compressed=g ipv4=4 ipv6=6 globoff=g no-progress-meter=g http1.1=g http2=g noproxy=E: url=U: get=G||F:r:x:K:c:D: form=F: range=r: proxy=x: cookie-jar=c: dump-header=D: unix-socket=-: fail-with-body=-",
        Goes(net::curl),
    ),
    row("nc netcat ncat telnet", "[-iN] [-wN] [-l] [-p PORT] [-f FILE|IPADDR PORT] [-e PROG]", "lkvzunNp:w:i:q:s:46||e:f:", Goes(net::nc)),
    row("nslookup", "[-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]", "*", Goes(net::nslookup)),
    row("ping", "[OPTIONS] HOST", "c:i:nqs:t:w:W:AI:46", Goes(net::ping)),
    row("httpd", "[-ifv[v]] [-c CONFFILE] [-p [IP:]PORT] [-u USER[:GRP]] [-r REALM] [-h HOME]", "ifvc:p:u:r:h:", Goes(server::httpd)),
];

/// Starts it: its options are read, and refused where it does not know them.
pub fn start(run: &mut Run<'_>) -> Step {
    let Some(row) = find(run.name) else {
        run.err("applet not found");
        return Step::Exit(127, 50);
    };
    match super::options::read(row.spec, &run.args, run.k.is_gnu()) {
        Ok(o) => match row.how {
            Ends(f) => Step::Exit(f(run, &o), 150),
            Goes(f) => f(run, &o),
            Filters(f) => match f(run, &o) {
                Ok((filter, files)) => filter::start(run, filter, files),
                Err(code) => Step::Exit(code, 100),
            },
        },
        Err(refusal) => Step::Exit(run.refuse(refusal), 50),
    }
}

#[cfg(test)]
mod tests {
    use super::{PROGRAMS, find};

    #[test]
    fn each_name_is_there_once() {
        let names: Vec<&str> = PROGRAMS.iter().flat_map(|row| row.names.split(' ')).collect();
        for (i, name) in names.iter().enumerate() {
            assert!(!names[..i].contains(name), "{name}");
        }
        // What busybox has without the shells, and these.
        for name in crate::runtime::images::APPLETS.iter().filter(|n| !n.ends_with("sh")) {
            assert!(find(name).is_some(), "{name}");
        }
    }
}
