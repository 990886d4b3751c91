#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>

#include "tests/program/process.hpp"
#include "tests/soak/support.hpp"

/// Training goes on in memory while its files cannot be written, and nothing is lost once they can.
namespace gandsl::test {

namespace {

namespace fs = std::filesystem;

// Somebody without rights of their own, where we are root: root may write everywhere.
constexpr uid_t nobody = 65534;

std::string failing_lines(const std::string& text) {
    std::string lines;
    for (const std::string& line : lines_of(text)) {
        if (contains(line, "warning: ") || contains(line, "tried again") || contains(line, "written again")) {
            lines += "          | " + line + "\n";
        }
    }
    return lines;
}

// Takes a folder away while a run writes to it and gives it back once that has been noticed.
void disturb(const std::string& what, const Scratch& scratch, std::optional<uid_t> user,
             const std::function<void(const fs::path& run)>& take,
             const std::function<void(const fs::path& run)>& give, Findings& findings) {
    const std::string out = "disturbed";
    fs::remove_all(scratch / out);
    const fs::path run = scratch / (out + "/soak/001");
    Process process({program_path(), "run", "soak.gan", "--out", out}, scratch.path(), out, user);
    if (!wait_until(process, [&] { return checkpoints_of(run).size() > 1; })) {
        findings.push_back(what + ": the run ended early: " + process.err());
        return;
    }
    // Stopped meanwhile, so that the run meets the one or the other.
    process.signal(SIGSTOP);
    take(run);
    process.signal(SIGCONT);
    const bool noticed = wait_until(process, [&] { return contains(process.out(), "warning: "); });
    process.signal(SIGSTOP);
    give(run);
    process.signal(SIGCONT);
    const int code = process.wait();
    if (!noticed || code != 0 || !contains(process.out(), "could be written again")) {
        findings.push_back(
            fmt::format("{}: ended with code {}: {}{}", what, code, process.out(), process.err()));
        return;
    }
    for (const std::string& each : differences_of(scratch / "whole/soak/001", run)) {
        findings.push_back(what + ": " + each);
    }
    fmt::print("disk      {}: training went on, and ended in the undisturbed run's bits\n{}", what,
               failing_lines(process.out()));
}

// A limit on the size of files, which needs no rights: no checkpoint can be written at all.
void limit_file_size(const Scratch& scratch, Findings& findings) {
    Process process(
        {"/bin/sh", "-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" run soak.gan --epochs 30 --out limited",
         program_path()},
        scratch.path(), "limited");
    const int code = process.wait();
    const std::string log = content_of(scratch / "limited/soak/001/log.csv");
    if (code != 1 || !contains(process.out(), "Training goes on") ||
        !contains(process.err(), "File too large") || !contains(process.err(), "what it learned is lost") ||
        lines_of(log).size() < 50) {
        findings.push_back(fmt::format("files of at most 32 kB: ended with code {}: {}{}", code,
                                       process.out(), process.err()));
        return;
    }
    fmt::print(
        "disk      files of at most 32 kB (RLIMIT_FSIZE): trained to the end without a checkpoint, then "
        "said\n"
        "{}          | {}\n",
        failing_lines(process.out()), lines_of(process.err()).at(0));
}

// A file system of 2 MB, in a name space of our own, filled while the run writes to it.
void fill_disk(const Scratch& scratch, Findings& findings) {
    if (run_shell("unshare -rm sh -c 'mkdir -p probe && mount -t tmpfs -o size=1m tmpfs probe' 2>&1",
                  scratch.path())
            .code != 0) {
        fmt::print("disk      a full file system: skipped, as no file system can be mounted here\n");
        return;
    }
    scratch.write("fill.sh", R"(
set -u
mkdir disk && mount -t tmpfs -o size=2m tmpfs disk || exit 90
"$0" run soak.gan --out disk > full.out 2> full.err &
run=$!
until ls disk/soak/001/checkpoints/step-* > /dev/null 2>&1 || ! kill -0 $run 2> /dev/null; do sleep 0.005; done
kill -STOP $run
dd if=/dev/zero of=disk/filler bs=4096 2> /dev/null
kill -CONT $run
until grep -q 'No space left on device' full.out || ! kill -0 $run 2> /dev/null; do sleep 0.005; done
kill -STOP $run
rm disk/filler
kill -CONT $run
wait $run
code=$?
mkdir full && cp -r disk/soak full/
exit $code
)");
    const Outcome outcome = run_shell("unshare -rm sh -c '. ./fill.sh' " + program_path(), scratch.path());
    const std::string out = content_of(scratch / "full.out");
    if (outcome.code != 0 || !contains(out, "No space left on device") ||
        !contains(out, "could be written again")) {
        findings.push_back(fmt::format("a full disk: ended with code {}: {}{}", outcome.code, out,
                                       content_of(scratch / "full.err")));
        return;
    }
    const fs::path undisturbed = scratch / "whole/soak/001";
    bool warned = false;
    for (const std::string& each : differences_of(undisturbed, scratch / "full/soak/001")) {
        // Samples that fell into the time of the full disk are not drawn later, which the warning says; it
        // names the first.
        const std::string file = each.substr(0, each.find(' '));
        warned = warned || contains(out, file + " cannot be written");
        if (each != file + " is only in " + undisturbed.string() || !file.starts_with("samples/") ||
            !warned) {
            findings.push_back("a full disk: " + each);
        }
    }
    fmt::print(
        "disk      a full file system (tmpfs of 2 MB): training went on, and ended in the undisturbed run's "
        "bits\n{}",
        failing_lines(out));
}

// Whether another user can run the program under test.
bool can_run(const Scratch& scratch, uid_t user) {
    Process process({program_path(), "--version"}, scratch.path(), "probe", user);
    return process.wait() == 0;
}

}  // namespace

Findings soak_disk(const Amount& amount) {
    const Scratch scratch;
    scratch.write("soak.gan", model_for(amount));
    Findings findings;
    Process whole({program_path(), "run", "soak.gan", "--out", "whole"}, scratch.path(), "whole");
    if (whole.wait() != 0) {
        return {"the undisturbed run failed: " + whole.err()};
    }
    disturb(
        "a file in the place of the folder of checkpoints", scratch, std::nullopt,
        [](const fs::path& run) {
            fs::rename(run / "checkpoints", run / "away");
            (void)::close(::creat((run / "checkpoints").c_str(), 0666));
        },
        [](const fs::path& run) {
            fs::remove(run / "checkpoints");
            fs::rename(run / "away", run / "checkpoints");
        },
        findings);
    limit_file_size(scratch, findings);
    fill_disk(scratch, findings);
    const bool root = ::geteuid() == 0;
    if (root) {
        // The folder is theirs, or they could make nothing in it.
        if (::chown(scratch.path().c_str(), nobody, nobody) != 0) {
            findings.push_back("the folder cannot be given to another user");
        }
    }
    if (root && !can_run(scratch, nobody)) {
        fmt::print(
            "disk      a folder that turns read-only: skipped, as root may write it and no other user can "
            "run {}\n",
            program_path());
    } else {
        disturb(
            "a folder of checkpoints that turns read-only", scratch,
            root ? std::optional<uid_t>(nobody) : std::nullopt,
            [](const fs::path& run) {
                // What is half written then can neither be finished nor removed.
                (void)::close(::creat((run / "checkpoints/.best.safetensors.1.partial").c_str(), 0666));
                fs::permissions(run / "checkpoints", fs::perms(0555));
            },
            [](const fs::path& run) { fs::permissions(run / "checkpoints", fs::perms(0755)); }, findings);
    }
    return findings;
}

}  // namespace gandsl::test
