package org.facestream.deploy.lab.bench.meter;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/** Bytes that the broker of this process received and sent, by topic, from its own metrics. */
public final class BrokerTraffic {
  private static final String BEAN = "kafka.server:type=BrokerTopicMetrics,name=%s,topic=*";

  private BrokerTraffic() {}

  /**
   * Bytes since the broker began.
   *
   * @param in that producers wrote
   * @param out that consumers were given
   */
  public record Bytes(long in, long out) {
    public Bytes since(@Nullable Bytes earlier) {
      return earlier == null ? this : new Bytes(in - earlier.in, out - earlier.out);
    }
  }

  /** By topic; topics that nothing passed are left out. */
  public static Map<String, Bytes> read() {
    Map<String, Bytes> traffic = new TreeMap<>();
    read("BytesInPerSec").forEach((topic, bytes) -> traffic.put(topic, new Bytes(bytes, 0)));
    read("BytesOutPerSec")
        .forEach(
            (topic, bytes) ->
                traffic.merge(
                    topic,
                    new Bytes(0, bytes),
                    (one, other) -> new Bytes(one.in + other.in, one.out + other.out)));
    return traffic;
  }

  private static Map<String, Long> read(String metric) {
    MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    Map<String, Long> counts = new TreeMap<>();
    try {
      for (ObjectName name : beans.queryNames(new ObjectName(BEAN.formatted(metric)), null)) {
        counts.put(
            name.getKeyProperty("topic"), ((Number) beans.getAttribute(name, "Count")).longValue());
      }
    } catch (MalformedObjectNameException never) {
      throw new IllegalStateException(never);
    } catch (JMException gone) {
      return counts;
    }
    return counts;
  }
}
