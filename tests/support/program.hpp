#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "temporary_folder.hpp"

namespace facelex::test {

/// A running program; its stdout and stderr go to files.
class Program {
 public:
  struct End {
    int status = 0;  ///< exit status, or 128 + signal
    std::string out, err;
  };

  Program(const std::string& binary, const std::vector<std::string>& arguments,
          const std::vector<std::string>& environment = {}) {
    std::vector<std::string> words = {binary};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv, envp;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    std::vector<std::string> settings = environment;
    for (auto& setting : settings) envp.push_back(setting.data());
    for (char** e = environ; *e; ++e)
      if (!std::string_view(*e).starts_with("SLURM_")) envp.push_back(*e);
    envp.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, (folder_ / "out").c_str(), O_WRONLY | O_CREAT, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, (folder_ / "err").c_str(), O_WRONLY | O_CREAT, 0600);
    const int error = posix_spawn(&process_, binary.c_str(), &actions, nullptr, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error("cannot start " + binary);
  }

  pid_t process() const { return process_; }

  End wait() {
    int status = 0;
    waitpid(process_, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), file_text(folder_ / "out"),
            file_text(folder_ / "err")};
  }

 private:
  TemporaryFolder folder_;
  pid_t process_ = 0;
};

}  // namespace facelex::test
