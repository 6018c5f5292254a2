package org.facestream.sink.api.access;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.apache.kafka.common.errors.InterruptException;
import org.facestream.sink.store.StoreException;
import org.facestream.sink.store.Transaction;

/**
 * The trail of looks, in PostgreSQL: append-only, and chained by hash, so that a row which was
 * removed or changed shows. One thread writes what has gathered since its last commit, so that many
 * requests share one; processes take turns by a lock of the database. Thread-safe.
 */
public final class LookTrail implements AutoCloseable {
  /** Of the lock in the database; any number that nobody else uses. */
  private static final long LOCK = 0x6c6f6f6b;

  private static final int AT_ONCE = 500;
  private static final int WAITING = 2_000;
  private static final long PATIENCE_SECONDS = 15;

  private static final String COLUMNS =
      "number, at, caller_kind, caller_id, caller_name, address, action, what, why, hash";

  private final DataSource dataSource;
  private final BlockingQueue<Waiting> waiting = new ArrayBlockingQueue<>(WAITING);
  private final Thread thread;
  private volatile boolean closed;

  /** An entry that has no number yet. */
  private record Waiting(Look look, CompletableFuture<Void> durable) {}

  /** The end of the chain. */
  private record End(long number, byte[] hash) {}

  /**
   * @param dataSource connections not in auto-commit, to a database of this version's schema
   */
  public LookTrail(DataSource dataSource) {
    this.dataSource = dataSource;
    this.thread = new Thread(this::write, "api-audit");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Takes down an entry, whose number and time are set, and returns when it is durable.
   *
   * @throws StoreException when it is not, as far as is known
   */
  public void append(Look look) throws StoreException {
    CompletableFuture<Void> durable = new CompletableFuture<>();
    if (!waiting.offer(new Waiting(look, durable))) {
      throw StoreException.away("more entries wait than fit");
    }
    try {
      durable.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      throw new InterruptException(interrupted);
    } catch (TimeoutException late) {
      throw StoreException.away("the database does not answer");
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof StoreException store
          ? store
          : StoreException.away(String.valueOf(failed.getCause()));
    }
  }

  private void write() {
    List<Waiting> group = new ArrayList<>();
    while (!closed) {
      try {
        Waiting first = waiting.poll(1, TimeUnit.SECONDS);
        if (first == null) {
          continue;
        }
        group.add(first);
        waiting.drainTo(group, AT_ONCE - 1);
        Transaction.run(dataSource, connection -> insert(connection, group));
        group.forEach(each -> each.durable().complete(null));
      } catch (InterruptedException ending) {
        Thread.currentThread().interrupt();
        break;
      } catch (StoreException | RuntimeException failed) {
        group.forEach(each -> each.durable().completeExceptionally(failed));
      } finally {
        group.clear();
      }
    }
  }

  private static int insert(Connection connection, List<Waiting> group) throws SQLException {
    try (Statement lock = connection.createStatement()) {
      lock.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
    }
    End end = end(connection);
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO access_audit (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (Waiting each : group) {
        Look asked = each.look();
        Look look =
            new Look(
                end.number() + 1,
                now,
                asked.callerKind(),
                asked.callerId(),
                asked.callerName(),
                asked.address(),
                asked.action(),
                asked.what(),
                asked.why());
        end = new End(look.number(), look.hash(end.hash()));
        insert.setLong(1, look.number());
        insert.setObject(2, look.at().atOffset(ZoneOffset.UTC));
        insert.setString(3, look.callerKind());
        insert.setString(4, look.callerId());
        insert.setString(5, look.callerName());
        insert.setString(6, look.address());
        insert.setString(7, look.action());
        insert.setString(8, look.what());
        insert.setString(9, look.why());
        insert.setBytes(10, end.hash());
        insert.addBatch();
      }
      insert.executeBatch();
    }
    return group.size();
  }

  private static End end(Connection connection) throws SQLException {
    try (Statement select = connection.createStatement();
        ResultSet row =
            select.executeQuery(
                "SELECT number, hash FROM access_audit ORDER BY number DESC LIMIT 1")) {
      return row.next() ? new End(row.getLong(1), row.getBytes(2)) : new End(0, new byte[0]);
    }
  }

  /**
   * Entries, the latest first.
   *
   * @param before number of the entry that the list goes on from; empty for the latest
   */
  public List<Look> list(OptionalLong before, int limit) throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          List<Look> looks = new ArrayList<>();
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT "
                      + COLUMNS
                      + " FROM access_audit WHERE number < ? ORDER BY number DESC LIMIT ?")) {
            select.setLong(1, before.orElse(Long.MAX_VALUE));
            select.setInt(2, limit);
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                looks.add(read(row));
              }
            }
          }
          return looks;
        });
  }

  /**
   * Checks the whole chain, in little memory.
   *
   * @return the number of the first entry that is not as it was written, or after which one is
   *     missing; empty when the chain is whole
   */
  public Optional<Long> broken() throws StoreException {
    return Transaction.run(
        dataSource,
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT " + COLUMNS + " FROM access_audit ORDER BY number")) {
            select.setFetchSize(AT_ONCE);
            try (ResultSet row = select.executeQuery()) {
              byte[] hash = new byte[0];
              long number = 0;
              while (row.next()) {
                Look look = read(row);
                hash = look.hash(hash);
                number++;
                if (look.number() != number || !Arrays.equals(hash, row.getBytes("hash"))) {
                  return Optional.of(number);
                }
              }
            }
          }
          return Optional.empty();
        });
  }

  private static Look read(ResultSet row) throws SQLException {
    return new Look(
        row.getLong("number"),
        row.getObject("at", OffsetDateTime.class).toInstant(),
        row.getString("caller_kind"),
        row.getString("caller_id"),
        row.getString("caller_name"),
        row.getString("address"),
        row.getString("action"),
        row.getString("what"),
        row.getString("why"));
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
