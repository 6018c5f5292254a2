package org.facestream.sink.api.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.facestream.ingest.worker.config.Allowed;
import org.facestream.ingest.worker.config.Setting;

/** Where the HTTP API listens, and what it bears. */
@ConfigMapping(prefix = "api")
public interface ApiConfig {
  @Setting("Address on which the HTTP API listens.")
  @WithDefault("127.0.0.1")
  String host();

  @Setting("Port of the HTTP API; 0 chooses a free one.")
  @Allowed("0 to 65535")
  @WithDefault("18080")
  int port();

  @Setting(
      "Addresses and networks of proxies before the HTTP API, separated by commas; their"
          + " X-Forwarded-For, -Proto and -Host are believed, nobody else's.")
  Optional<List<String>> trustedProxies();

  @Setting("Number of requests that are worked on at once; more wait.")
  @Allowed("8 to 1000")
  @WithDefault("40")
  int threads();

  @Setting("Largest request in bytes, such as a picture that is uploaded.")
  @Allowed("65536 or more")
  @WithDefault("33554432")
  long uploadBytes();

  @Setting(
      "Number of uploaded pictures that are examined at once; by default, the number of threads of"
          + " the machine. A request that waits for more than 5 s is answered 429.")
  @Allowed("1 to 256")
  OptionalInt inference();

  @Setting(
      "Where the consent of people is kept who are enrolled by the routes of CompreFace, such as a"
          + " case number; stored with each picture. A request may give its own as `consent`.")
  Optional<String> comprefaceConsent();

  @Setting("Of these, how many one caller may have; one more is answered 429.")
  @Allowed("1 to 256")
  @WithDefault("2")
  int inferencePerCaller();

  @Setting("Number of streams of live events at once; one more is answered 429.")
  @Allowed("1 to 1000")
  @WithDefault("100")
  int streams();

  @Setting("Of these, how many one caller may have.")
  @Allowed("1 to 1000")
  @WithDefault("10")
  int streamsPerCaller();

  /** Of people who log in. */
  SessionConfig session();
}
