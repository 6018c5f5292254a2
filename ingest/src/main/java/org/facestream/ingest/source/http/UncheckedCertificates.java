package org.facestream.ingest.source.http;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** TLS that accepts every certificate, as FFmpeg does for rtsps. */
final class UncheckedCertificates implements X509TrustManager {
  private UncheckedCertificates() {}

  static SSLContext context() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new UncheckedCertificates()}, null);
    return context;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind) {
    // There are no clients.
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind) {
    // Cameras sign their own.
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
