package org.facestream.deploy.command.people;

import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.people.People;
import picocli.CommandLine.Mixin;

/** A command on the gallery. */
abstract class GalleryCommand extends Subcommand {
  @Mixin private KafkaOptions kafka;

  abstract int with(People people) throws Exception;

  /** Whether it does something that must be written down. */
  boolean audited() {
    return false;
  }

  @Override
  protected int execute() throws Exception {
    try (KafkaOptions.Connection connection = kafka.connectExisting(configuration())) {
      return with(
          new People(connection.clients(), audited() ? connection.trail() : AuditTrail.NONE));
    }
  }
}
