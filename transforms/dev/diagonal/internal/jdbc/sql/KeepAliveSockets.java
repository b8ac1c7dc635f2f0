package dev.diagonal.internal.jdbc.sql;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketOption;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * Creates sockets with TCP keep-alive: after 30 seconds of silence, a probe every 10 seconds; after
 * 6 unanswered probes the operating system closes the connection. A connection that a firewall has
 * dropped is therefore detected within 90 seconds, although queries may take hours. PostgreSQL's
 * driver creates an instance by class name.
 */
public final class KeepAliveSockets extends SocketFactory {

  static final int IDLE_SECONDS = 30;
  static final int INTERVAL_SECONDS = 10;
  static final int QUESTIONS = 6;

  /** The driver asks for 8 KiB at a time; rows of a COPY wait for it by the megabyte. */
  private static final int READ_BYTES = 1 << 16;

  @Override
  public Socket createSocket() throws IOException {
    Socket socket = new BufferedSocket();
    socket.setKeepAlive(true);
    set(socket, ExtendedSocketOptions.TCP_KEEPIDLE, IDLE_SECONDS);
    set(socket, ExtendedSocketOptions.TCP_KEEPINTERVAL, INTERVAL_SECONDS);
    set(socket, ExtendedSocketOptions.TCP_KEEPCOUNT, QUESTIONS);
    return socket;
  }

  private static void set(Socket socket, SocketOption<Integer> option, int value)
      throws IOException {
    if (socket.supportedOptions().contains(option)) {
      socket.setOption(option, value);
    }
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected(new InetSocketAddress(host, port), null);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected(new InetSocketAddress(host, port), null);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connected(
        new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connected(
        new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
  }

  private Socket connected(InetSocketAddress to, @Nullable InetSocketAddress from)
      throws IOException {
    Socket socket = createSocket();
    if (from != null) {
      socket.bind(from);
    }
    socket.connect(to);
    return socket;
  }

  /** A socket from which small reads take what has arrived, with few calls of the system. */
  private static final class BufferedSocket extends Socket {

    private @Nullable InputStream buffered;

    /** Returns the same stream each time: TLS begins on it after a plain answer. */
    @Override
    public InputStream getInputStream() throws IOException {
      InputStream stream = buffered;
      if (stream == null) {
        stream = new BufferedInputStream(super.getInputStream(), READ_BYTES);
        buffered = stream;
      }
      return stream;
    }
  }
}
