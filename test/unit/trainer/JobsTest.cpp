// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Hours of training rest on this: nothing runs too early, nothing that is done
// runs again, and nothing goes on after its parent.
#include "trainer/jobs/Jobs.h"
#include "TemporaryFolder.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace dlnet;

namespace {

class Jobs : public testing::Test {
protected:
  /// A job that runs `script` with its output as $1 and the folder as $2.
  Job shell(const std::string &name, const std::string &script,
            std::vector<size_t> after = {}) {
    std::string output = folder.path(name + ".out");
    return {name,
            {"/bin/sh", "-c", script, "sh", output, folder.path()},
            output,
            folder.path(name + ".log"),
            std::move(after)};
  }

  /// One that leaves its output and a line in the file `order`.
  Job noted(const std::string &name, std::vector<size_t> after = {}) {
    return shell(name, "echo " + name + R"( >> "$2/order"; echo x > "$1")",
                 std::move(after));
  }

  TemporaryFolder folder;
};

std::string messageOf(const Result<std::vector<JobResult>> &results) {
  return results ? "" : results.message();
}

TEST_F(Jobs, RunInTheOrderOfTheirDependencies) {
  std::vector<Job> jobs = {noted("last", {1, 2}), noted("middle", {2}),
                           noted("first")};
  for (size_t atOnce : {1, 3}) {
    JobOptions options;
    options.atOnce = atOnce;
    options.fingerprint = std::to_string(atOnce);
    folder.write("order", "");
    auto results = runJobs(jobs, options);
    ASSERT_TRUE(bool(results)) << messageOf(results);
    ASSERT_EQ(results->size(), 3u);
    EXPECT_EQ(folder.read("order"), "first\nmiddle\nlast\n");
    for (const JobResult &result : *results)
      EXPECT_FALSE(result.skipped);
  }
}

TEST_F(Jobs, RunSideBySideAsManyAsAllowed) {
  // Each waits until the other has come as well.
  auto meeting = [&](const std::string &name, const std::string &other) {
    return shell(name, R"(echo x > "$1"; i=0; while [ ! -e "$2/)" + other +
                           R"(.out" ] && [ $i -lt 500 ]; do sleep 0.02; )"
                           R"(i=$((i+1)); done; [ $i -lt 500 ])");
  };
  JobOptions options;
  options.atOnce = 2;
  auto results = runJobs({meeting("a", "b"), meeting("b", "a")}, options);
  EXPECT_TRUE(bool(results)) << messageOf(results);
}

TEST_F(Jobs, GetOneThreadALogAndNoInput) {
  ASSERT_EQ(setenv("OMP_NUM_THREADS", "7", 1), 0);
  auto results = runJobs({shell(
      "a",
      R"(cat; echo told; echo warned >&2; env | grep _NUM_THREADS | sort > "$1")")});
  unsetenv("OMP_NUM_THREADS");
  ASSERT_TRUE(bool(results)) << messageOf(results);
  EXPECT_EQ(folder.read("a.log"), "told\nwarned\n");
  EXPECT_EQ(folder.read("a.out"), "MKL_NUM_THREADS=1\nOMP_NUM_THREADS=1\n"
                                  "OPENBLAS_NUM_THREADS=1\n");
}

TEST_F(Jobs, AreSkippedOnceDoneAndKeepTheirTime) {
  std::vector<Job> jobs = {noted("a"), noted("b", {0})};
  auto first = runJobs(jobs), second = runJobs(jobs);
  ASSERT_TRUE(bool(first) && bool(second));
  EXPECT_EQ(folder.read("order"), "a\nb\n");
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE((*second)[i].skipped);
    EXPECT_EQ((*first)[i].seconds, (*second)[i].seconds);
  }
}

TEST_F(Jobs, RunAgainWhenWhatMadeThemChanges) {
  std::vector<Job> jobs = {noted("a"), noted("b", {0}), noted("c")};
  auto order = [&](const JobOptions &options = {}) {
    folder.write("order", "");
    EXPECT_EQ(messageOf(runJobs(jobs, options)), "");
    return folder.read("order");
  };
  EXPECT_EQ(order(), "a\nb\nc\n");
  jobs[0].command.push_back("another argument");
  EXPECT_EQ(order(), "a\nb\n") << "with what depends on it";
  std::filesystem::remove(jobs[1].output);
  EXPECT_EQ(order(), "b\n");
  std::filesystem::remove(jobs[0].output);
  EXPECT_EQ(order(), "a\nb\n");
  folder.write("c.out.done", "dlnet-job 1 0 nan\n");
  EXPECT_EQ(order(), "c\n");
  folder.write("a.out", "y\n"); // As long as it was, but one bit.
  EXPECT_EQ(order(), "a\nb\n");
  EXPECT_EQ(folder.read("a.out"), "x\n");
  JobOptions options;
  options.fingerprint = "other data";
  EXPECT_EQ(order(options), "a\nb\nc\n");
  EXPECT_EQ(order(options), "");
}

TEST_F(Jobs, StopAtAFailureThatNamesItAndItsLog) {
  std::vector<Job> jobs = {
      noted("fine"),
      shell("bad", R"(echo early; echo 'no such cell' >&2; exit 3)", {0}),
      noted("never", {1}), noted("neither", {0})};
  auto results = runJobs(jobs);
  ASSERT_FALSE(bool(results));
  EXPECT_EQ(results.message(), "job 'bad' exited with status 3; the end of " +
                                   jobs[1].log + ":\n  early\n  no such cell");
  EXPECT_EQ(folder.read("order"), "fine\n");
  EXPECT_FALSE(std::filesystem::exists(jobs[1].output + ".done"));

  // What was fine is not done again once the bad one is mended.
  jobs[1] = noted("bad", {0});
  EXPECT_EQ(messageOf(runJobs(jobs)), "");
  EXPECT_EQ(folder.read("order"), "fine\nbad\nnever\nneither\n");
}

TEST_F(Jobs, LetTheOthersEndAfterAFailure) {
  JobOptions options;
  options.atOnce = 2;
  std::vector<Job> jobs = {
      shell("slow", R"(while [ ! -e "$2/bad.log" ]; do sleep 0.02; done; )"
                    R"(sleep 0.1; echo x > "$1")"),
      shell("bad", "exit 1")};
  EXPECT_NE(messageOf(runJobs(jobs, options)).find("job 'bad'"),
            std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(jobs[0].output + ".done"));
}

TEST_F(Jobs, ThatDieSaySo) {
  EXPECT_EQ(messageOf(runJobs({shell("a", "kill -9 $$")})),
            "job 'a' was killed by signal 9 (Killed); nothing is in " +
                folder.path("a.log"));
  EXPECT_EQ(messageOf(runJobs({shell("a", "exit 0")}))
                .find("job 'a' exited without its output"),
            0u);
  Job job = shell("a", "");
  job.command = {"/no/such/program"};
  EXPECT_EQ(messageOf(runJobs({job})),
            "job 'a' cannot start /no/such/program: No such file or directory");
}

TEST_F(Jobs, DoNotTakeAnOldOutputForANewOne) {
  folder.write("a.out", "old");
  EXPECT_NE(messageOf(runJobs({shell("a", "exit 0")})), "");
}

TEST_F(Jobs, ThatMakeNoSenseAreNotStarted) {
  EXPECT_EQ(messageOf(runJobs({noted("a", {1}), noted("b", {0})})),
            "the jobs wait for each other in a circle");
  EXPECT_EQ(messageOf(runJobs({noted("a", {0})})),
            "the jobs wait for each other in a circle");
  EXPECT_EQ(messageOf(runJobs({noted("a", {5})})),
            "job 'a' waits for job 5 of 1");
  Job twin = noted("a");
  twin.name = "twin";
  EXPECT_EQ(messageOf(runJobs({noted("a"), twin})),
            "jobs 'a' and 'twin' both write " + folder.path("a.out"));
  twin.command.clear();
  EXPECT_EQ(messageOf(runJobs({twin})), "job 'twin' has no command");
  EXPECT_FALSE(std::filesystem::exists(folder.path("order")));
}

/// A zombie, which waits for some init to take notice, is not.
bool isAlive(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  std::getline(file, line);
  return !line.empty() && line.find(") Z ") == std::string::npos;
}

/// Whether `holds` comes true within half a minute.
template <typename Check> bool comesTrue(Check holds) {
  for (int i = 0; i < 1500 && !holds(); ++i)
    usleep(20000);
  return holds();
}

/// Ends a parent that runs a job, and looks for the job and its own child.
void expectNobodyIsLeft(TemporaryFolder &folder, const Job &job, int number,
                        bool withGrandchild) {
  pid_t parent = fork();
  if (parent == 0) {
    (void)runJobs({job});
    _exit(0);
  }
  // Both write their process numbers.
  auto numbers = [&] {
    std::istringstream text(folder.read("numbers"));
    std::vector<pid_t> all;
    for (pid_t process; text >> process;)
      all.push_back(process);
    return all;
  };
  ASSERT_TRUE(comesTrue([&] { return numbers().size() == 2; }));
  kill(parent, number);
  int status = 0;
  ASSERT_EQ(waitpid(parent, &status, 0), parent);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == number);
  EXPECT_TRUE(comesTrue([&] { return !isAlive(numbers()[0]); }));
  if (withGrandchild) {
    EXPECT_TRUE(comesTrue([&] { return !isAlive(numbers()[1]); }));
  } else {
    kill(numbers()[1], SIGKILL);
  }
  EXPECT_FALSE(std::filesystem::exists(job.output + ".done"));
}

TEST_F(Jobs, EndWithTheirParent) {
  Job job = shell("a", R"(sleep 600 & echo $$ $! > "$2/numbers"; wait)");
  for (int number : {SIGTERM, SIGINT}) {
    std::filesystem::remove(folder.path("numbers"));
    expectNobodyIsLeft(folder, job, number, true);
  }
  // Nobody can catch this one; the kernel ends the job itself.
  std::filesystem::remove(folder.path("numbers"));
  expectNobodyIsLeft(folder, job, SIGKILL, false);
}

} // namespace
