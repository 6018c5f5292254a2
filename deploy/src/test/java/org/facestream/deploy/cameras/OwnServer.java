package org.facestream.deploy.cameras;

import org.facestream.deploy.lab.simulation.rtsp.Access;
import org.facestream.deploy.lab.simulation.rtsp.LiveStream;
import org.facestream.deploy.lab.simulation.rtsp.RtspServer;
import org.facestream.deploy.lab.simulation.rtsp.VideoLoop;

/** The RTSP server of the demonstration. */
final class OwnServer implements CameraServer {
  private final RtspServer server;
  private final LiveStream stream;

  OwnServer(VideoLoop video, Access access) {
    server = new RtspServer(0, access);
    stream = server.add(PATH, video);
    server.start();
  }

  OwnServer(VideoLoop video) {
    this(video, Access.OPEN);
  }

  @Override
  public String url() {
    return server.url(PATH);
  }

  @Override
  public void freeze() {
    stream.stall();
  }

  @Override
  public void thaw() {
    stream.resume();
  }

  @Override
  public void kill() {
    server.stop();
  }

  @Override
  public void restart() {
    server.start();
  }

  @Override
  public void close() {
    server.close();
  }
}
