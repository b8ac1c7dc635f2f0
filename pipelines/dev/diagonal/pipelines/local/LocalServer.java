package dev.diagonal.pipelines.local;

import dev.diagonal.pipelines.servers.EmbeddedServersException;
import org.jspecify.annotations.Nullable;

/**
 * A real server, run as a child process on a loopback port. It always ends with this JVM.
 * Thread-safe.
 */
public abstract sealed class LocalServer implements AutoCloseable
    permits LocalPostgres, LocalElasticsearch {

  private final ServerDirectory directory;
  private final Thread closeAtExit = new Thread(this::close, "close " + getClass().getSimpleName());
  private @Nullable Running running;

  /** A server process that answers on a port. */
  record Running(ServerProcess process, int port) {}

  LocalServer(ServerDirectory directory) {
    this.directory = directory;
  }

  /**
   * Starts the process and returns when the server answers.
   *
   * @param port the port to listen on; 0 for any free port
   */
  abstract Running launch(int port);

  /** Launches the server for the first time; if that fails, removes its files. */
  final void begin() {
    try {
      running = launch(0);
      Runtime.getRuntime().addShutdownHook(closeAtExit);
    } catch (RuntimeException | Error e) {
      directory.close();
      throw e;
    }
  }

  final ServerDirectory directory() {
    return directory;
  }

  /** Returns the port on 127.0.0.1; it stays the same across restarts. */
  public final int port() {
    return running().port();
  }

  /** Returns what the server has logged so far, across all restarts. */
  public final String log() {
    return running().process().log();
  }

  /**
   * Kills the server with signal 9 and returns when it has ended. Its data is kept for a restart.
   */
  public final synchronized void kill() {
    running().process().kill();
  }

  /**
   * Stops the server if it is running, and starts it again with the same port and data.
   *
   * @throws EmbeddedServersException if it does not start; it may be restarted again
   */
  public final synchronized void restart() {
    Running before = running();
    before.process().stop();
    running = launch(before.port());
  }

  /** Stops the server, and deletes its data unless a data directory was set. */
  @Override
  public final synchronized void close() {
    if (running == null) {
      return;
    }
    try {
      running.process().stop();
    } finally {
      running = null;
      directory.close();
    }
    if (Thread.currentThread() != closeAtExit) {
      forgetHook();
    }
  }

  private void forgetHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(closeAtExit);
    } catch (IllegalStateException e) {
      // The JVM is shutting down: the hook finds the server closed.
    }
  }

  private synchronized Running running() {
    if (running == null) {
      throw new IllegalStateException(getClass().getSimpleName() + " is closed");
    }
    return running;
  }
}
