package org.facestream.deploy.natives;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How Debian and Ubuntu call the package that holds a library. */
public final class DebianPackages {
  private static final Pattern NAME = Pattern.compile("(.+?)\\.so\\.(\\d+)[.\\d]*");

  /** Those that do not follow the rule of {@link #of}. */
  private static final Map<String, String> ODD =
      Map.of(
          "libz.so.1", "zlib1g",
          "libjpeg.so.62", "libjpeg62-turbo",
          "libjpeg.so.8", "libjpeg-turbo8",
          "libc.so.6", "libc6",
          "libm.so.6", "libc6",
          "libdl.so.2", "libc6",
          "libpthread.so.0", "libc6",
          "librt.so.1", "libc6");

  private DebianPackages() {}

  /**
   * The package, by Debian's rule for shared libraries: the library's name, then the number of its
   * interface, with a hyphen between them where both are digits.
   *
   * @param library such as {@code libpulse.so.0}
   */
  public static String of(String library) {
    String odd = ODD.get(library);
    Matcher name = NAME.matcher(library);
    if (odd != null || !name.matches()) {
      return odd == null ? library : odd;
    }
    String stem = name.group(1).toLowerCase(Locale.ROOT).replace('_', '-');
    boolean digit = Character.isDigit(stem.charAt(stem.length() - 1));
    return stem + (digit ? "-" : "") + name.group(2);
  }

  /** What to do about missing libraries, in one clause. */
  public static String advice(Collection<String> libraries) {
    return "on Debian or Ubuntu, apt-get install "
        + String.join(" ", libraries.stream().map(DebianPackages::of).distinct().sorted().toList());
  }
}
