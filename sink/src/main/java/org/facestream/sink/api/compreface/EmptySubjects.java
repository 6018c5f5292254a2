package org.facestream.sink.api.compreface;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import org.facestream.recognizer.gallery.contract.PersonName;
import org.facestream.sink.store.Database;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;

/** Names of subjects without a picture, in PostgreSQL: the gallery has none. */
final class EmptySubjects {
  private final Database database;

  EmptySubjects(Database database) {
    this.database = database;
  }

  List<String> names() throws StoreException {
    return Transaction.run(
        database.dataSource(),
        connection -> {
          List<String> names = new ArrayList<>();
          try (PreparedStatement select =
                  connection.prepareStatement("SELECT name FROM empty_subject ORDER BY name");
              ResultSet row = select.executeQuery()) {
            while (row.next()) {
              names.add(row.getString(1));
            }
          }
          return names;
        });
  }

  /** Adds a name; false when it is there. */
  boolean add(String name, String by) throws StoreException {
    return Transaction.run(
        database.dataSource(),
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO empty_subject (key, name, created_by) VALUES (?, ?, ?)"
                      + " ON CONFLICT (key) DO NOTHING")) {
            insert.setString(1, PersonName.key(name));
            insert.setString(2, name);
            insert.setString(3, by);
            return insert.executeUpdate() > 0;
          }
        });
  }

  /** Removes a name; false when it is not there. */
  boolean remove(String name) throws StoreException {
    return Transaction.run(
        database.dataSource(),
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement("DELETE FROM empty_subject WHERE key = ?")) {
            delete.setString(1, PersonName.key(name));
            return delete.executeUpdate() > 0;
          }
        });
  }
}
