#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "facelex/core/options.hpp"
#include "facelex/io/named_file.hpp"

namespace facelex {

/// Which files a command takes.
struct InputKind {
  std::string noun;  ///< plural, for messages: "videos"
  /// Whether a file found in a folder belongs to the batch.
  std::function<bool(const std::filesystem::path&)> is_file;
  /// Whether a folder is one item (image folder); may be empty.
  std::function<bool(const std::filesystem::path&)> is_folder;
};

/// Where the inputs come from, besides those named on the command line.
struct InputOptions {
  std::string list;            ///< file with one path per line (list_file.hpp), or "-" for standard input
  std::string list0;           ///< the same with paths that NUL bytes end
  std::string shard = "auto";  ///< "i/n", "none", or "auto": from Slurm's array variables

  void describe(OptionList& options);
  bool has_list() const { return !list.empty() || !list0.empty(); }
};

/// Part `index` (1-based) of `count` parts of a batch.
struct Shard {
  int index = 1;
  int count = 1;
  bool from_slurm = false;

  /// Whether the item of this number, from 0, is of this part.
  bool takes(std::size_t item) const {
    return static_cast<int>(item % static_cast<std::size_t>(count)) == index - 1;
  }
};

/// Reads "i/n" and "none"; "auto" takes SLURM_ARRAY_TASK_ID, _MIN, _MAX and _STEP when they are set.
/// Throws Error (usage) for anything else.
Shard parse_shard(const std::string& text);

/// The items of a batch, in natural order of their names.
struct Inputs {
  std::vector<NamedFile> items;  ///< of this shard
  std::size_t items_in_all = 0;  ///< of all shards
  Shard shard;
  std::size_t others = 0;  ///< files in the folders that are of another kind
};

/// Collects files and folders, recursively; hidden files, manifests and everything below `output` are left
/// out.
///
/// Names: the path below the folder named on the command line, without extension; a file named itself has its
/// stem. When that gives one name to two inputs (a/07.mp4 b/07.mp4), all names are paths below the deepest
/// folder that holds all inputs. Two files that differ only in the extension keep it. Slurm's array variables
/// divide the batch only when its inputs come from a folder or a list: a file that a job names itself is
/// always done. A path that does not exist becomes an item with a problem, so that the rest of the batch is
/// done; so does one whose name (of a list) leads out of the output folder, and of x.csv and x.npy that share
/// a sidecar the one that the sidecar does not describe. Throws Error (usage) when there is no input at all,
/// a list cannot be read, or two outputs would have one name, also when spaces at the ends and the ways to
/// write an accent in Unicode do not count.
Inputs find_inputs(const std::vector<std::string>& arguments, const InputOptions& options,
                   const InputKind& kind, const std::filesystem::path& output);

/// The same before it is divided: `items` are those of all shards, `shard` says which part is wanted.
Inputs find_undivided_inputs(const std::vector<std::string>& arguments, const InputOptions& options,
                             const InputKind& kind, const std::filesystem::path& output);
/// Only what the shard takes of `all`.
Inputs divided(Inputs all);

/// Throws Error (data) for the first file that has a problem: for what takes all of them or none.
void require_usable(const std::vector<NamedFile>& files);

/// Files that hold a row per frame.
InputKind recording_files(const std::string& noun);

}  // namespace facelex
