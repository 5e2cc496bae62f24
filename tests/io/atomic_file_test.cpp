#include "facelex/io/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "facelex/core/digest.hpp"
#include "test_files.hpp"

namespace {

using namespace facelex;
using namespace facelex::test;

TEST(AtomicFile, HasItsNameOnlyWhenComplete) {
  const TemporaryFolder folder;
  const auto target = folder / "deep/er/a.txt";
  AtomicFile file(target);
  file.write("hello ");
  file.write("world");
  EXPECT_EQ(file.bytes(), 11u);
  EXPECT_FALSE(std::filesystem::exists(target));
  EXPECT_EQ(file.temporary().parent_path(), target.parent_path());
  const std::string temporary = file.temporary().filename();
  EXPECT_TRUE(temporary.starts_with(".a.txt.")) << temporary;
  EXPECT_TRUE(temporary.ends_with("." + std::to_string(::getpid()) + ".tmp")) << temporary;
  EXPECT_FALSE(is_stale_temporary(temporary)) << "its process runs";
  EXPECT_EQ(file.commit(), sha256_of_text("hello world"));
  EXPECT_EQ(file_text(target), "hello world");
  EXPECT_FALSE(std::filesystem::exists(file.temporary()));
}

TEST(AtomicFile, WithoutCommitTheOldFileStays) {
  const TemporaryFolder folder;
  const auto target = folder.write("a.txt", "old");
  {
    AtomicFile file(target);
    file.write("new");
  }
  EXPECT_EQ(file_text(target), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  write_file_atomically(target, "new");
  EXPECT_EQ(file_text(target), "new");
}

TEST(AtomicFile, BytesAndDigestAreThoseOfAllPieces) {
  const TemporaryFolder folder;
  std::string expected;
  AtomicFile file(folder / "a.bin");
  for (const std::size_t size : {1u, 1000u, 0u, 1u << 20, (1u << 20) - 1, 3u << 20, 7u}) {
    const std::string piece(size, static_cast<char>('a' + expected.size() % 26));
    file.write(piece);
    expected += piece;
  }
  EXPECT_EQ(file.commit(), sha256_of_text(expected));
  EXPECT_EQ(file_text(folder / "a.bin"), expected);
}

TEST(AtomicFile, AnotherWriterMayUseTheTemporaryName) {
  const TemporaryFolder folder;
  AtomicFile in_place(folder / "a.mp4");
  std::ofstream(in_place.temporary()) << "muxed";
  EXPECT_EQ(in_place.commit(), sha256_of_text("muxed"));
  AtomicFile replaced(folder / "b.mp4");
  std::filesystem::remove(replaced.temporary());
  std::ofstream(replaced.temporary()) << "muxed anew";
  EXPECT_EQ(replaced.commit(), sha256_of_text("muxed anew"));
  EXPECT_EQ(file_text(folder / "b.mp4"), "muxed anew");
}

TEST(AtomicFile, NoticesAnotherProcessOnTheSameFile) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "a.txt");
  file.write("ours");
  std::filesystem::remove(file.temporary());
  std::ofstream(file.temporary()) << "theirs";
  ErrorKind kind{};
  EXPECT_TRUE(says(error_of([&] { file.commit(); }, &kind), {"a.txt", "another process"}));
  EXPECT_EQ(kind, ErrorKind::environment);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.txt"));
}

TEST(AtomicFile, ReplacesWhatAKilledProcessLeft) {
  const TemporaryFolder folder;
  folder.write(AtomicFile(folder / "a.txt").temporary().filename(), "half of something long");
  write_file_atomically(folder / "a.txt", "new");
  EXPECT_EQ(file_text(folder / "a.txt"), "new");
}

TEST(AtomicFile, TakesTheLongestNameOfAFile) {
  const TemporaryFolder folder;
  const std::string name(255, 'n');
  write_file_atomically(folder / name, "x");
  EXPECT_EQ(file_text(folder / name), "x");
}

TEST(AtomicFile, MovesWithItsTemporaryFile) {
  const TemporaryFolder folder;
  AtomicFile a(folder / "a.txt"), b(folder / "b.txt");
  b.write("b");
  a = std::move(b);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  a.commit();
  EXPECT_EQ(file_text(folder / "b.txt"), "b");
}

TEST(AtomicFile, SaysWhyItCannotWrite) {
  const TemporaryFolder folder;
  const auto plain = folder.write("plain", "");
  EXPECT_TRUE(
      says(error_of([&] { AtomicFile(plain / "a.txt"); }), {"plain", "cannot create", "Not a directory"}));
  EXPECT_TRUE(says(error_of([&] { AtomicFile(folder.path() / ""); }), {"not the name of a file"}));
  std::filesystem::create_directories(folder / "taken/inside");
  EXPECT_TRUE(
      says(error_of([&] { write_file_atomically(folder / "taken", "x"); }), {"taken", "cannot complete"}));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2);
}

TEST(AtomicFile, NamesAFolderThatCannotBeWritten) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TemporaryFolder folder;
  ::chmod(folder.path().c_str(), 0500);
  EXPECT_TRUE(
      says(error_of([&] { AtomicFile(folder / "a.txt"); }), {"a.txt", "cannot create", "Permission denied"}));
  ::chmod(folder.path().c_str(), 0700);
}

TEST(AtomicFile, NamesADiskThatIsReadOnly) {
  const TemporaryFolder folder;
  if (::mount("none", folder.path().c_str(), "tmpfs", MS_RDONLY, "size=64k") != 0)
    GTEST_SKIP() << "mounting a small disk needs root";
  ErrorKind kind{};
  const auto message = error_of([&] { AtomicFile(folder / "a.txt"); }, &kind);
  ::umount(folder.path().c_str());
  EXPECT_TRUE(says(message, {"a.txt", "cannot create", "Read-only"}));
  EXPECT_EQ(kind, ErrorKind::environment);
}

TEST(AtomicFile, AFileThatMayNotGrowIsAnErrorAndLeavesNothing) {
  const TemporaryFolder folder;
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1 << 16, old.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  ErrorKind kind{};
  const auto message =
      error_of([&] { write_file_atomically(folder / "a.bin", std::string(1 << 21, 'x')); }, &kind);
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_TRUE(says(message, {"a.bin", "cannot write", "File too large"}));
  EXPECT_EQ(kind, ErrorKind::environment);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(AtomicFile, AFullDiskIsAnErrorOfTheEnvironment) {
  const TemporaryFolder folder;
  if (::mount("none", folder.path().c_str(), "tmpfs", 0, "size=64k") != 0)
    GTEST_SKIP() << "mounting a small disk needs root";
  ErrorKind kind{};
  const auto message =
      error_of([&] { write_file_atomically(folder / "a.bin", std::string(1 << 20, 'x')); }, &kind);
  const bool left_nothing = std::filesystem::is_empty(folder.path());
  ::umount(folder.path().c_str());
  EXPECT_TRUE(says(message, {"a.bin", "cannot write", "No space left"}));
  EXPECT_EQ(kind, ErrorKind::environment);
  EXPECT_TRUE(left_nothing);
}

}  // namespace
