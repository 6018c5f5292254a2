package org.facestream.deploy.command;

import org.facestream.ingest.worker.RetryableException;
import org.facestream.ingest.worker.config.UserError;
import org.facestream.recognizer.gallery.People;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreConfig;
import picocli.CommandLine.Mixin;

/** What works on the gallery and on what was recorded. */
abstract class GalleryAndDatabaseCommand extends Subcommand {
  @Mixin private KafkaOptions kafka;

  abstract int with(People people, Database database) throws Exception;

  @Override
  int execute() throws Exception {
    try (KafkaOptions.Connection connection =
            kafka.connectExistingWithDatabase(configuration()).audited();
        Database database = new Database(connection.settings().get(StoreConfig.class))) {
      // Before the gallery: who is gone from there could not be found a second time.
      try {
        database.check();
      } catch (RetryableException away) {
        throw new UserError(
            away.getMessage()
                + ": start it, or set store.url; nothing was done, for the recorded sightings are"
                + " part of it.",
            away);
      }
      return with(new People(connection.clients()), database);
    }
  }
}
