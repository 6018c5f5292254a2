package org.facestream.deploy.command;

import org.facestream.recognizer.gallery.People;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "rename", header = "Give a person another name; the id stays.")
final class PeopleRenameCommand extends GalleryCommand {
  @Parameters(index = "0", paramLabel = "PERSON", description = "Name or id.")
  private String person;

  @Parameters(index = "1", paramLabel = "NAME", description = "The new name.")
  private String name;

  @Override
  boolean audited() {
    return true;
  }

  @Override
  int with(People people) {
    People.Entry renamed = people.rename(person, name);
    out().printf("%s is now %s.%n", renamed.person().id(), renamed.person().name());
    return 0;
  }
}
