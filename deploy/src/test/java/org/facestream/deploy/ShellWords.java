package org.facestream.deploy;

import java.util.ArrayList;
import java.util.List;

/** The commands of a shell's code block, as lists of words: quotes, comments, {@code &&}. */
final class ShellWords {
  private final List<List<String>> commands = new ArrayList<>();
  private List<String> words = new ArrayList<>();
  private StringBuilder word;

  private ShellWords() {}

  static List<List<String>> commands(String block) {
    ShellWords shell = new ShellWords();
    block.replace("\\\n", " ").lines().forEach(shell::line);
    return shell.commands;
  }

  private void line(String line) {
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '#' && word == null) {
        break;
      } else if (c == ' ') {
        endWord();
      } else {
        word = word == null ? new StringBuilder() : word;
        if (c == '\'' || c == '"') {
          quote = c;
        } else {
          word.append(c);
        }
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("a quote is not closed: " + line);
    }
    endWord();
    endCommand();
  }

  private void endWord() {
    if (word != null && word.toString().equals("&&")) {
      endCommand();
    } else if (word != null) {
      words.add(word.toString());
    }
    word = null;
  }

  private void endCommand() {
    if (!words.isEmpty()) {
      commands.add(words);
    }
    words = new ArrayList<>();
  }
}
