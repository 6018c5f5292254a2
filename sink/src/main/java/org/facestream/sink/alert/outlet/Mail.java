package org.facestream.sink.alert.outlet;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.activation.DataHandler;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.facestream.ingest.worker.config.UserError;
import org.jspecify.annotations.Nullable;

/** Sends alerts as mails with the crop attached, each over a connection of its own. */
final class Mail implements Outlet {
  private static final int PORT = 587;
  private static final int TLS_PORT = 465;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss xxx", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  private final Session session;
  private final String host;
  private final int port;
  private final @Nullable String user;
  private final @Nullable String password;
  private final InternetAddress from;
  private final InternetAddress[] to;
  private final Duration timeout;

  /**
   * @param trust null for what Java trusts
   * @throws UserError when an address is missing or malformed
   */
  Mail(URI address, OutletConfig config, @Nullable String password, @Nullable SSLContext trust) {
    boolean tls = address.getScheme().equalsIgnoreCase("smtps");
    this.host = address.getHost();
    this.port = address.getPort() < 0 ? (tls ? TLS_PORT : PORT) : address.getPort();
    this.user = config.user().orElse(null);
    this.timeout = config.timeout();
    this.password = password;
    this.from = address("from", config.from().orElse(""));
    List<String> receivers = config.to().orElse(List.of());
    if (receivers.isEmpty()) {
      address("to", "");
    }
    this.to = receivers.stream().map(each -> address("to", each)).toArray(InternetAddress[]::new);
    Properties properties = new Properties();
    String millis = String.valueOf(config.timeout().toMillis());
    properties.put("mail.transport.protocol", "smtp");
    properties.put("mail.smtp.connectiontimeout", millis);
    properties.put("mail.smtp.timeout", millis);
    properties.put("mail.smtp.writetimeout", millis);
    properties.put("mail.smtp.auth", String.valueOf(user != null));
    properties.put("mail.smtp.ssl.enable", String.valueOf(tls));
    properties.put("mail.smtp.ssl.checkserveridentity", "true");
    if (!tls && config.tls() == OutletConfig.Tls.required) {
      properties.put("mail.smtp.starttls.enable", "true");
      properties.put("mail.smtp.starttls.required", "true");
    }
    if (trust != null) {
      properties.put("mail.smtp.ssl.socketFactory", trust.getSocketFactory());
    }
    this.session = Session.getInstance(properties);
  }

  private static InternetAddress address(String key, String text) {
    try {
      InternetAddress address = new InternetAddress(text.strip(), true);
      address.validate();
      return address;
    } catch (AddressException malformed) {
      throw new UserError(
          "An outlet of kind mail needs `%s` with an address such as guard@example.org."
              .formatted(key));
    }
  }

  /** Each answer may take its time, of the greeting, of TLS, of the login, and of the mail. */
  @Override
  public Duration longest() {
    return timeout.multipliedBy(8 + to.length);
  }

  @Override
  public boolean sendsCrop() {
    return true;
  }

  @Override
  public Outcome send(Notice notice) {
    try (Transport transport = session.getTransport()) {
      MimeMessage message = message(notice);
      transport.connect(host, port, user, password);
      transport.sendMessage(message, to);
      return Outcome.delivered();
    } catch (AuthenticationFailedException refused) {
      return Outcome.again("the server refuses the user or the password");
    } catch (SendFailedException refused) {
      return permanent(refused)
          ? Outcome.refused("the server refuses an address or the mail for good")
          : Outcome.again("the server refuses the mail for now");
    } catch (MessagingException failed) {
      return Outcome.again(reason(failed));
    }
  }

  private MimeMessage message(Notice notice) throws MessagingException {
    MimeMessage message =
        new MimeMessage(session) {
          // The same for what comes again.
          @Override
          protected void updateMessageID() throws MessagingException {
            setHeader(
                "Message-ID",
                "<%s@facestream>".formatted(notice.id().replaceAll("[^A-Za-z0-9._-]", "_")));
          }
        };
    message.setFrom(from);
    message.setRecipients(RecipientType.TO, to);
    message.setSentDate(new Date());
    String subject = "%s: %s, %s".formatted(notice.rule().name(), notice.who(), notice.camera());
    message.setSubject(line(subject), UTF_8.name());
    message.setHeader("Auto-Submitted", "auto-generated");
    MimeBodyPart text = new MimeBodyPart();
    text.setText(text(notice), UTF_8.name());
    MimeMultipart parts = new MimeMultipart(text);
    Optional<byte[]> crop = notice.crop();
    if (crop.isPresent()) {
      MimeBodyPart picture = new MimeBodyPart();
      picture.setDataHandler(new DataHandler(new ByteArrayDataSource(crop.get(), "image/jpeg")));
      picture.setFileName("face.jpg");
      parts.addBodyPart(picture);
    }
    message.setContent(parts);
    return message;
  }

  private static String text(Notice notice) {
    String text =
        """
        Rule: %s
        Who: %s
        Camera: %s
        When: %s
        """
            .formatted(
                line(notice.rule().name()),
                line(notice.who()),
                line(notice.camera()),
                TIME.format(notice.captured()));
    return notice.link() == null ? text : text + "Picture: " + notice.link() + "\n";
  }

  /** A name in a header must not begin another one. */
  private static String line(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u2028\\u2029\\u0085]+", " ").strip();
  }

  /** Whether the server's answer is 5xx. */
  private static boolean permanent(MessagingException failed) {
    for (Exception each = failed; each != null; ) {
      int code =
          each instanceof SMTPSendFailedException sending
              ? sending.getReturnCode()
              : each instanceof SMTPAddressFailedException address ? address.getReturnCode() : 0;
      if (code / 100 == 5) {
        return true;
      }
      each = each instanceof MessagingException wrapping ? wrapping.getNextException() : null;
    }
    return false;
  }

  /** Not the exception's message, which may have addresses in it. */
  private static String reason(MessagingException failed) {
    for (Throwable each = failed; each != null; ) {
      if (each instanceof SSLException
          || String.valueOf(each.getMessage()).contains("STARTTLS is required")) {
        return "TLS fails: the certificate is not trusted, is not of this host, or there is no TLS";
      }
      each =
          each instanceof MessagingException wrapping && wrapping.getNextException() != null
              ? wrapping.getNextException()
              : each.getCause();
    }
    return "it does not accept connections, or the connection broke";
  }
}
