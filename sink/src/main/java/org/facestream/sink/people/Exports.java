package org.facestream.sink.people;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table {@code person_export}: folders with all data about a person. When the person is
 * forgotten, the folders of this machine are erased. A folder is an export only if it holds the
 * file {@value #MARK} with the id of the row, and only the files that an export writes are deleted.
 */
public final class Exports {
  /** The file with the id of the row. */
  public static final String MARK = ".facestream-export";

  private static final Logger log = LoggerFactory.getLogger(Exports.class);

  private static final Pattern FILES =
      Pattern.compile("[a-z]+\\.json|(picture|crop)-[0-9]+\\.jpg|" + Pattern.quote(MARK));

  /** Nobody may ever come to the other machine. */
  private static final String LET_GO =
      "DELETE FROM person_export WHERE forgotten_at < now() - interval '30 days'";

  private final DataSource dataSource;

  /**
   * An export of a person who is forgotten.
   *
   * @param mark id of its row
   * @param host that it was written on
   * @param folder with it
   * @param written when
   */
  public record Left(UUID mark, String host, Path folder, Instant written) {
    /** Whether it was written on this machine and is not there any more. */
    public boolean gone() {
      return host.equals(Exports.host()) && !isThere();
    }

    private boolean isThere() {
      Path file = folder.resolve(MARK);
      try {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            && Files.readString(file).strip().equals(mark.toString());
      } catch (IOException unreadable) {
        return true;
      }
    }

    /** The mark goes last, so that an interrupted erasure is continued. */
    private void erase() throws IOException {
      try (Stream<Path> all = Files.list(folder)) {
        for (Path file : all.filter(Left::isOurs).sorted(Left::markLast).toList()) {
          Files.delete(file);
        }
      }
      try (Stream<Path> others = Files.list(folder)) {
        if (others.findAny().isEmpty()) {
          Files.delete(folder);
        }
      }
    }

    private static boolean isOurs(Path file) {
      return FILES.matcher(String.valueOf(file.getFileName())).matches()
          && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    private static int markLast(Path one, Path other) {
      return Boolean.compare(one.endsWith(MARK), other.endsWith(MARK));
    }
  }

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public Exports(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException unnamed) {
      return "localhost";
    }
  }

  /**
   * Records that a person is exported, before anything is written.
   *
   * @param folder that is there
   * @return what the file {@value #MARK} in it must hold
   */
  public byte[] begin(String personId, Path folder) throws StoreException, IOException {
    UUID mark = UUID.randomUUID();
    String place = folder.toRealPath().toString();
    update(
        "INSERT INTO person_export (mark, person_id, host, folder) VALUES (?, ?, ?, ?)",
        insert -> {
          insert.setObject(1, mark);
          insert.setString(2, personId);
          insert.setString(3, host());
          insert.setString(4, place);
        });
    return mark.toString().getBytes(UTF_8);
  }

  /** Takes back what {@link #begin} recorded, or lets go of what cannot be erased. */
  public void forget(UUID mark) throws StoreException {
    update("DELETE FROM person_export WHERE mark = ?", delete -> delete.setObject(1, mark));
  }

  /** Erases those of forgotten people that are on this machine. */
  public void erase() throws StoreException {
    for (Left each : left()) {
      if (each.host().equals(host()) && each.isThere()) {
        try {
          each.erase();
          forget(each.mark());
        } catch (IOException refused) {
          // The path may name the person.
          log.debug("an export cannot be erased", refused);
        }
      }
    }
    update(LET_GO, delete -> {});
  }

  /** Those of forgotten people that are not erased. */
  public List<Left> left() throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          List<Left> left = new ArrayList<>();
          try (PreparedStatement select =
                  connection.prepareStatement(
                      "SELECT mark, host, folder, written_at FROM person_export"
                          + " WHERE forgotten_at IS NOT NULL ORDER BY written_at");
              ResultSet row = select.executeQuery()) {
            while (row.next()) {
              left.add(
                  new Left(
                      row.getObject(1, UUID.class),
                      row.getString(2),
                      Path.of(row.getString(3)),
                      row.getObject(4, OffsetDateTime.class).toInstant()));
            }
          }
          return left;
        });
  }

  private interface Binding {
    void on(PreparedStatement statement) throws SQLException;
  }

  private void update(String sql, Binding binding) throws StoreException {
    Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement update = connection.prepareStatement(sql)) {
            binding.on(update);
            return update.executeUpdate();
          }
        });
  }
}
