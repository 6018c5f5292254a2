package org.facestream.sink.alert.outlet;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfigBuilder;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3ClientBuilder;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3ConnAckException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.facestream.ingest.worker.json.Json;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes alerts to an MQTT broker (3.1.1, QoS 1), and an event entity of each rule for Home
 * Assistant, which reads the alert's {@code event_type}.
 *
 * @see <a href="https://www.home-assistant.io/integrations/event.mqtt/">Home Assistant's event</a>
 */
final class Mqtt implements Outlet {
  private static final Logger log = LoggerFactory.getLogger(Mqtt.class);
  private static final int PORT = 1883;
  private static final int TLS_PORT = 8883;
  private static final String EVENT_TYPE = "alert";

  private final String name;
  private final String topic;
  private final Optional<String> discovery;
  private final Duration timeout;
  private final Mqtt3AsyncClient client;

  /** What Home Assistant knows, by rule; only in the thread that announces. */
  private final Map<String, String> announced = new HashMap<>();

  private boolean unannounced;

  /**
   * @param trust null for what Java trusts
   */
  Mqtt(
      String name,
      URI address,
      OutletConfig config,
      @Nullable String password,
      @Nullable TrustManagerFactory trust) {
    this.name = name;
    this.topic = config.topic();
    this.discovery = config.discovery();
    this.timeout = config.timeout();
    boolean tls = address.getScheme().equalsIgnoreCase("mqtts");
    int port = address.getPort() < 0 ? (tls ? TLS_PORT : PORT) : address.getPort();
    MqttClientTransportConfigBuilder transport =
        MqttClientTransportConfig.builder()
            .serverHost(address.getHost())
            .serverPort(port)
            .socketConnectTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .mqttConnectTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (tls) {
      // Here: TLS that the client's builder is given beside a transport is silently left out.
      transport =
          transport.sslConfig(
              MqttClientSslConfig.builder()
                  .trustManagerFactory(trust)
                  .handshakeTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                  .build());
    }
    Mqtt3ClientBuilder builder =
        MqttClient.builder()
            .useMqttVersion3()
            .identifier("facestream-" + UUID.randomUUID())
            .transportConfig(transport.build());
    if (config.user().isPresent() && password != null) {
      builder =
          builder
              .simpleAuth()
              .username(config.user().get())
              .password(password.getBytes(StandardCharsets.UTF_8))
              .applySimpleAuth();
    }
    this.client = builder.buildAsync();
  }

  /** To connect, and to publish. */
  @Override
  public Duration longest() {
    return timeout.multipliedBy(2);
  }

  @Override
  public Outcome send(Notice notice) throws InterruptedException {
    ObjectNode body = notice.body().deepCopy();
    body.put("event_type", EVENT_TYPE);
    return publish(topic(notice.rule().id()), Json.bytes(body), false)
        .map(Outcome::again)
        .orElseGet(Outcome::delivered);
  }

  private String topic(String rule) {
    return topic + "/alerts/" + rule;
  }

  @Override
  public void announce(List<Notice.Rule> rules) throws InterruptedException {
    if (discovery.isEmpty()) {
      return;
    }
    Map<String, String> now =
        rules.stream().collect(Collectors.toMap(Notice.Rule::id, Notice.Rule::name));
    for (String gone : announced.keySet().stream().filter(id -> !now.containsKey(id)).toList()) {
      if (announce(gone, new byte[0])) {
        announced.remove(gone);
      }
    }
    for (Map.Entry<String, String> rule : now.entrySet()) {
      if (!rule.getValue().equals(announced.get(rule.getKey()))
          && announce(rule.getKey(), entity(rule.getKey(), rule.getValue()))) {
        announced.put(rule.getKey(), rule.getValue());
      }
    }
  }

  private boolean announce(String rule, byte[] entity) throws InterruptedException {
    String where = "%s/event/facestream_%s/config".formatted(discovery.orElseThrow(), rule);
    Optional<String> failed = publish(where, entity, true);
    if (failed.isPresent() && !unannounced) {
      log.warn("outlet {}: rules are not announced yet: {}", name, failed.get());
    }
    unannounced = failed.isPresent();
    return failed.isEmpty();
  }

  private byte[] entity(String id, String ruleName) {
    ObjectNode entity = JsonNodeFactory.instance.objectNode();
    entity.put("name", ruleName);
    entity.put("unique_id", "facestream_" + id);
    entity.put("state_topic", topic(id));
    entity.putArray("event_types").add(EVENT_TYPE);
    entity.put("icon", "mdi:cctv");
    ObjectNode device = entity.putObject("device");
    device.putArray("identifiers").add("facestream");
    device.put("name", "facestream");
    ObjectNode origin = entity.putObject("origin");
    origin.put("name", "facestream");
    return Json.bytes(entity);
  }

  /** Why it failed; empty when the broker confirmed it. */
  private Optional<String> publish(String where, byte[] payload, boolean retain)
      throws InterruptedException {
    try {
      if (!client.getState().isConnected()) {
        await(client.connectWith().cleanSession(true).keepAlive(30).send());
      }
      await(
          client
              .publishWith()
              .topic(where)
              .qos(MqttQos.AT_LEAST_ONCE)
              .retain(retain)
              .payload(payload)
              .send());
      return Optional.empty();
    } catch (TimeoutException slow) {
      // What was not confirmed comes again, over another connection.
      client.disconnect();
      return Optional.of("no answer in time");
    } catch (ExecutionException failed) {
      return Optional.of(reason(failed.getCause()));
    }
  }

  private <T> void await(CompletableFuture<T> answer)
      throws InterruptedException, ExecutionException, TimeoutException {
    answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static String reason(@Nullable Throwable failed) {
    for (Throwable each = failed; each != null; each = each.getCause()) {
      if (each instanceof SSLException) {
        return "TLS fails: the certificate is not trusted, is not of this host, or there is no TLS";
      }
      if (each instanceof Mqtt3ConnAckException refused) {
        return "the broker refuses the connection: "
            + refused.getMqttMessage().getReturnCode().name();
      }
    }
    return "it does not accept connections";
  }

  @Override
  public void close() {
    client.disconnect();
  }
}
