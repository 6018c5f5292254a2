package org.facestream.deploy.cameras;

/** A camera, or what serves it, that can fail as cameras do; ours and one that is not. */
interface CameraServer extends AutoCloseable {
  /** The address of the stream {@link #PATH}, without user and password. */
  String url();

  /** The path of the one stream. */
  String PATH = "gate";

  /** Sends nothing any more, with its connections open. */
  void freeze();

  /** Goes on after {@link #freeze}. */
  void thaw();

  /** Is gone, without a word to anyone. */
  void kill();

  /** Is back at the same address after {@link #kill}. */
  void restart();

  @Override
  void close();
}
