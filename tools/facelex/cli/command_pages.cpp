#include <algorithm>

#include "commands.hpp"
#include "facelex/io/atomic_file.hpp"
#include "help.hpp"

namespace facelex::cli {
namespace {

std::string escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, 1, '\\');
  return text;
}

std::string option_row(const CLI::Option& option) {
  return "| `" + escaped(option_heading(option)) + "` | " + escaped(option.get_description()) +
         (option.get_required() ? " (required)" : "") + " |\n";
}

std::string page(const CLI::App& app, const std::string& words) {
  std::string text = "# facelex " + words + "\n\n" + app.get_description() + "\n";
  for (const std::string& group : option_groups(app)) {
    text += "\n## " + group + "\n\n| option | meaning |\n|---|---|\n";
    for (const CLI::Option* option : app.get_options())
      if (option->get_group() == group) text += option_row(*option);
  }
  const std::string footer = app.get_footer();
  const auto line = footer.find("\n  ");
  if (line != std::string::npos) text += "\n## Example\n\n```sh\n" + footer.substr(line + 3) + "\n```\n";
  return text;
}

void write_pages(const CLI::App& app, const std::string& words, const std::filesystem::path& folder,
                 std::string& index) {
  const auto children = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* child : children) {
    const std::string child_words = words.empty() ? child->get_name() : words + " " + child->get_name();
    if (child->get_group().empty()) continue;  // hidden
    if (child->get_subcommands([](const CLI::App*) { return true; }).empty()) {
      std::string file = child_words + ".md";
      std::replace(file.begin(), file.end(), ' ', '-');
      write_file_atomically(folder / file, page(*child, child_words));
      index.append("| [`facelex ").append(child_words).append("`](").append(file).append(") | ");
      index.append(summary_of(*child)).append(" |\n");
    }
    write_pages(*child, child_words, folder, index);
  }
}

}  // namespace

void write_command_pages(const CLI::App& program, const std::string& folder) {
  std::string index =
      "# The commands\n\nWritten by `facelex docs` from the declarations that `--help` shows; CI checks that "
      "they agree.\n\n"
      "| command | what it does |\n|---|---|\n";
  write_pages(program, "", folder, index);
  write_file_atomically(std::filesystem::path(folder) / "README.md", index);
}

}  // namespace facelex::cli
