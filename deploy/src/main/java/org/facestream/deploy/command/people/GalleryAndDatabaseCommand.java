package org.facestream.deploy.command.people;

import org.facestream.deploy.command.KafkaOptions;
import org.facestream.deploy.command.Subcommand;
import org.facestream.ingest.worker.config.Settings;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.ingest.worker.loop.RetryableException;
import org.facestream.recognizer.gallery.audit.AuditTrail;
import org.facestream.recognizer.gallery.people.People;
import org.facestream.sink.people.PeopleDeeds;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreConfig;
import picocli.CommandLine.Mixin;

/** A command on the gallery and the database. */
abstract class GalleryAndDatabaseCommand extends Subcommand {
  @Mixin private KafkaOptions kafka;

  /**
   * What a command works with.
   *
   * @param settings the effective ones
   * @param people of the gallery
   * @param database of what was recorded; it answers, and has this version's schema
   * @param trail takes down what is done
   * @param deeds what is done in both
   */
  record Places(
      Settings settings, People people, Database database, AuditTrail trail, PeopleDeeds deeds) {}

  abstract int with(Places places) throws Exception;

  @Override
  protected int execute() throws Exception {
    try (KafkaOptions.Connection connection = kafka.connectExistingWithDatabase(configuration());
        Database database = new Database(connection.settings().get(StoreConfig.class))) {
      AuditTrail trail = connection.trail();
      // Before the gallery: what is done is recorded in the database first.
      try {
        database.check();
      } catch (RetryableException away) {
        throw new UserError(
            away.getMessage()
                + ": start it, or set store.url. Nothing was changed, because the recorded "
                + "sightings must change too.",
            away);
      }
      People people = new People(connection.clients(), trail);
      return with(
          new Places(
              connection.settings(),
              people,
              database,
              trail,
              new PeopleDeeds(people, database, trail)));
    }
  }
}
