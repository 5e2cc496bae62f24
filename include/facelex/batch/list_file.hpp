#pragma once

#include <istream>
#include <string>
#include <vector>

namespace facelex {

/// A line of a list: a path, and the name of its output when the list gives one.
struct ListedPath {
  std::string path;
  std::string name = {};
};

/// Lines "path" or "path<tab>name". A field stands as it is, without spaces at its ends, or, where it begins
/// with a quotation mark, in quotation marks with \" \\ \t \n \r and octal \ooo, so that every name that a
/// file can have stands in a list. Empty lines say nothing. Throws Error (usage) that names the line: a
/// quotation mark that is not closed, text after it, an escape that is none.
std::vector<ListedPath> read_list(std::istream& in, const std::string& source);

/// Paths as they are, each ended by a NUL byte, as `find -print0` writes them.
std::vector<ListedPath> read_list0(std::istream& in);

/// The line of a list that read_list reads back, with its end: in quotation marks what does not stand for
/// itself.
std::string list_line(const ListedPath& listed);

}  // namespace facelex
