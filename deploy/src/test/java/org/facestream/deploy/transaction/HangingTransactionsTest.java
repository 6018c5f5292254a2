package org.facestream.deploy.transaction;

import static java.util.stream.Collectors.toSet;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.facestream.deploy.doctor.Check;
import org.facestream.deploy.doctor.TransactionsCheck;
import org.facestream.deploy.embedded.AbandonedProcess;
import org.facestream.deploy.embedded.EmbeddedKafka;
import org.facestream.ingest.worker.Telemetry;
import org.facestream.ingest.worker.kafka.KafkaClients;
import org.facestream.ingest.worker.kafka.transaction.HangingTransaction;
import org.facestream.ingest.worker.kafka.transaction.HangingTransaction.Outcome;
import org.facestream.ingest.worker.kafka.transaction.HangingTransactions;
import org.facestream.ingest.worker.kafka.transaction.TransactionMender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Transactions that are open in their partitions although their coordinator has ended them. */
class HangingTransactionsTest {
  private static final Duration PAUSE = Duration.ofMillis(300);

  @TempDir Path folder;

  /** What a coordinator that lost the markers leaves behind, and what must become of it. */
  @ParameterizedTest
  @EnumSource(names = {"COMPLETE_COMMIT", "COMPLETE_ABORT"})
  void areEndedAsTheirCoordinatorHadDecided(TransactionState decision) throws Exception {
    boolean commit = decision == TransactionState.COMPLETE_COMMIT;
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, 0);
        UnfinishedTransaction transaction = new UnfinishedTransaction(kafka.bootstrapServers())) {
      transaction.decide(decision);
    }
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, 0)) {
      String broker = kafka.bootstrapServers();
      HangingTransactions transactions = new HangingTransactions(KafkaClients.of(broker, Map.of()));

      List<HangingTransaction> found = transactions.find(PAUSE);
      assertEquals(
          Set.of("cctv.test-faces", "cctv.test-tracks", "__consumer_offsets"),
          found.stream().map(each -> each.partition().topic()).collect(toSet()));
      assertEquals(
          Set.of(commit ? Outcome.COMMIT : Outcome.ABORT),
          found.stream().map(HangingTransaction::outcome).collect(toSet()));
      assertEquals(List.of(), UnfinishedTransaction.committed(broker, 0));
      assertThrows(TimeoutException.class, () -> UnfinishedTransaction.offset(broker));

      TransactionsCheck doctor = new TransactionsCheck(KafkaClients.of(broker, Map.of()).config());
      String complaint = assertInstanceOf(Check.Bad.class, doctor.run()).text();
      assertTrue(complaint.contains("cctv.test-faces-0 from offset"), complaint);
      assertTrue(complaint.contains("doctor --mend"), complaint);

      KafkaClients strangers = KafkaClients.of(broker, Map.of("kafka.topic-prefix", "other"));
      assertEquals(List.of(), new HangingTransactions(strangers).find(PAUSE), "not theirs");

      if (commit) {
        assertInstanceOf(Check.Good.class, doctor.mend());
      } else {
        aRunningStageEndsThem(KafkaClients.of(broker, Map.of()));
      }
      assertEquals(
          commit ? List.of("face", "track") : List.of(),
          UnfinishedTransaction.committed(broker, commit ? 2 : 0));
      assertEquals(commit ? 7 : -1, UnfinishedTransaction.offset(broker));
      assertEquals(List.of(), transactions.find(PAUSE));
      assertInstanceOf(Check.Good.class, doctor.run());
    }
  }

  private static void aRunningStageEndsThem(KafkaClients clients) {
    try (Telemetry telemetry = new Telemetry();
        TransactionMender mender = new TransactionMender(clients, telemetry)) {
      mender.start();
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () ->
                  assertTrue(
                      telemetry.scrape().contains("facestream_transactions_mended_total 3.0"),
                      telemetry::scrape));
    }
  }

  @Test
  void oneThatIsAliveIsLeftAlone() throws Exception {
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, 0);
        UnfinishedTransaction transaction = new UnfinishedTransaction(kafka.bootstrapServers())) {
      HangingTransactions transactions =
          new HangingTransactions(KafkaClients.of(kafka.bootstrapServers(), Map.of()));
      assertEquals(List.of(), transactions.mend(PAUSE));
      transaction.commit();
      assertEquals(
          List.of("face", "track"), UnfinishedTransaction.committed(kafka.bootstrapServers(), 2));
    }
  }

  /** The broker ends it itself: its coordinator drops no marker at the start. */
  @Test
  void noneHangsAfterABrokerWasKilledBetweenDecisionAndMarkers() throws Exception {
    AbandonedProcess.runAndKill(KilledInPrepareCommit.class, folder);
    try (EmbeddedKafka kafka = new EmbeddedKafka(folder, 0)) {
      String broker = kafka.bootstrapServers();
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> UnfinishedTransaction.committed(broker, 2).size() == 2);
      assertEquals(7, UnfinishedTransaction.offset(broker));
    }
  }

  /** A broker whose coordinator has just decided to commit. */
  static final class KilledInPrepareCommit {
    private KilledInPrepareCommit() {}

    public static void main(String[] arguments) throws Exception {
      EmbeddedKafka kafka = new EmbeddedKafka(Path.of(arguments[0]), 0);
      UnfinishedTransaction transaction = new UnfinishedTransaction(kafka.bootstrapServers());
      transaction.decide(TransactionState.PREPARE_COMMIT);
      System.out.println("ready");
      Thread.sleep(60_000);
      transaction.close();
      kafka.close();
    }
  }
}
