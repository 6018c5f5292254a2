package org.facestream.ingest.worker.kafka.transaction;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest;
import org.apache.kafka.common.requests.WriteTxnMarkersRequest.TxnMarkerEntry;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.facestream.ingest.worker.kafka.KafkaClients;

/**
 * Writes the end of a transaction into a partition, as its coordinator would do.
 *
 * <p>Kafka's {@code Admin} can only abort (KIP-664). A transaction that is committed in other
 * partitions must be committed in this one too, so the same request is sent with the other result
 * through Kafka's internal network client. There is no public API for that.
 */
final class TransactionMarkers {
  private static final int TIMEOUT_MILLIS = 10_000;

  /**
   * The version before epochs increased with each decision; its markers have the epoch of the
   * records.
   */
  private static final short EPOCH_OF_THE_RECORDS = 0;

  private TransactionMarkers() {}

  /**
   * @param leader of the transaction's partition
   * @throws KafkaException when the broker does not answer, or refuses
   */
  static void write(
      KafkaClients clients, Node leader, OpenTransaction open, TransactionResult result) {
    Map<String, Object> settings = new HashMap<>(clients.shared());
    settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
    LogContext logs = new LogContext("[transaction markers] ");
    try (Metrics metrics = new Metrics();
        NetworkClient client =
            client(new AdminClientConfig(settings), leader, metrics, Time.SYSTEM, logs)) {
      if (!NetworkClientUtils.awaitReady(client, leader, Time.SYSTEM, TIMEOUT_MILLIS)) {
        throw new TimeoutException("no connection to " + leader);
      }
      ClientRequest request =
          client.newClientRequest(
              leader.idString(),
              new WriteTxnMarkersRequest.Builder(
                  List.of(
                      new TxnMarkerEntry(
                          open.producerId(),
                          open.epoch(),
                          open.coordinatorEpoch(),
                          result,
                          List.of(open.partition()),
                          EPOCH_OF_THE_RECORDS))),
              Time.SYSTEM.milliseconds(),
              true);
      check(NetworkClientUtils.sendAndReceive(client, request, Time.SYSTEM), open);
    } catch (IOException disconnected) {
      throw new DisconnectException(
          "the connection to " + leader + " ended: " + disconnected.getMessage());
    }
  }

  private static NetworkClient client(
      AdminClientConfig settings, Node leader, Metrics metrics, Time time, LogContext logs) {
    Selector selector =
        new Selector(
            settings.getLong(CommonClientConfigs.CONNECTIONS_MAX_IDLE_MS_CONFIG),
            metrics,
            time,
            "transaction-markers",
            ClientUtils.createChannelBuilder(settings, time, logs),
            logs);
    return new NetworkClient(
        selector,
        new ManualMetadataUpdater(List.of(leader)),
        "facestream-transaction-markers",
        1,
        settings.getLong(CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG),
        settings.getLong(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG),
        settings.getInt(CommonClientConfigs.SEND_BUFFER_CONFIG),
        settings.getInt(CommonClientConfigs.RECEIVE_BUFFER_CONFIG),
        TIMEOUT_MILLIS,
        settings.getLong(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG),
        settings.getLong(CommonClientConfigs.SOCKET_CONNECTION_SETUP_TIMEOUT_MAX_MS_CONFIG),
        time,
        true,
        new ApiVersions(),
        logs,
        MetadataRecoveryStrategy.NONE);
  }

  private static void check(ClientResponse response, OpenTransaction open) {
    Errors error =
        ((WriteTxnMarkersResponse) response.responseBody())
            .errorsByProducerId()
            .getOrDefault(open.producerId(), Map.of())
            .getOrDefault(open.partition(), Errors.UNKNOWN_SERVER_ERROR);
    if (error != Errors.NONE) {
      throw error.exception();
    }
  }
}
