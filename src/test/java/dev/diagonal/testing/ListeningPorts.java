package dev.diagonal.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads from Linux's {@code /proc} where a process and its descendants listen for TCP. */
public final class ListeningPorts {

  private static final String LISTENING = "0A";
  private static final int WORD_BYTES = 4;

  private ListeningPorts() {}

  /** Returns whether this system has what is read here. */
  public static boolean areKnown() {
    return Files.exists(Path.of("/proc/self/net/tcp"));
  }

  /** Returns the addresses as {@code host:port}. */
  public static Set<String> of(ProcessHandle process) {
    Set<String> addresses = new TreeSet<>();
    Stream.concat(Stream.of(process), process.descendants())
        .forEach(each -> addresses.addAll(of(each.pid())));
    return addresses;
  }

  /** Returns those of the addresses that other machines can reach. */
  public static List<String> open(Set<String> addresses) {
    return addresses.stream().filter(address -> !isLoopback(address)).toList();
  }

  private static boolean isLoopback(String address) {
    return address.startsWith("127.") || address.startsWith("0:0:0:0:0:0:0:1:");
  }

  private static Set<String> of(long pid) {
    Path process = Path.of("/proc", String.valueOf(pid));
    try {
      Set<String> sockets = sockets(process.resolve("fd"));
      Set<String> addresses = new TreeSet<>();
      for (String table : List.of("net/tcp", "net/tcp6")) {
        Path file = process.resolve(table);
        if (!sockets.isEmpty() && Files.exists(file)) {
          Files.readAllLines(file).stream()
              .skip(1)
              .map(line -> line.strip().split("\\s+"))
              .filter(fields -> fields[3].equals(LISTENING) && sockets.contains(fields[9]))
              .forEach(fields -> addresses.add(address(fields[1])));
        }
      }
      return addresses;
    } catch (IOException | UncheckedIOException e) {
      return Set.of(); // the process has ended
    }
  }

  /** Returns the inodes of the sockets among the open files. */
  private static Set<String> sockets(Path openFiles) throws IOException {
    try (Stream<Path> files = Files.list(openFiles)) {
      return files
          .map(ListeningPorts::target)
          .filter(target -> target.startsWith("socket:["))
          .map(target -> target.substring("socket:[".length(), target.length() - 1))
          .collect(Collectors.toSet());
    }
  }

  private static String target(Path openFile) {
    try {
      return Files.readSymbolicLink(openFile).toString();
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
  }

  /** Each word of the address is in the machine's byte order, which is little-endian here. */
  private static String address(String hex) {
    String[] parts = hex.split(":", -1);
    byte[] words = HexFormat.of().parseHex(parts[0]);
    byte[] bytes = new byte[words.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = words[i - i % WORD_BYTES + WORD_BYTES - 1 - i % WORD_BYTES];
    }
    try {
      InetAddress host = InetAddress.getByAddress(bytes);
      int port = HexFormat.fromHexDigits(parts[1]);
      return host.getHostAddress() + ":" + port;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
