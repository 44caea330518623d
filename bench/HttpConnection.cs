using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HeadlessPro.Bench;

/// <summary>
/// One keep-alive HTTP/1.1 connection, one request at a time, on a blocking socket: two system calls a request and nothing kept beside
/// two buffers, because the load shares the machine with what it measures. Plain HTTP only.
/// </summary>
internal sealed class HttpConnection(Uri url, params string[] headers) : IDisposable
{
    private readonly byte[] _head = Encoding.ASCII.GetBytes(
        $" HTTP/1.1\r\nhost: {url.Authority}\r\naccept: application/json\r\n{string.Concat(headers.Select(h => h + "\r\n"))}");

    private readonly string _basePath = url.AbsolutePath.TrimEnd('/');
    private byte[] _out = new byte[4096];
    private byte[] _in = new byte[64 * 1024];
    private int _received;
    private Socket? _socket;

    /// <summary>The header of a secret key.</summary>
    public static string Basic(string key) => "authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":"));

    /// <summary>Sends a request and waits for its whole answer, which is good until the next call. Status 0: the connection broke.</summary>
    public Answer Send(string method, string path, string? body = null)
    {
        try
        {
            _socket ??= Connect();
            var length = Write(method, path, body);
            for (var sent = 0; sent < length;) sent += _socket.Send(_out, sent, length - sent, SocketFlags.None);
            return Receive();
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            Dispose();
            return new Answer(0, Encoding.UTF8.GetBytes(e.Message));
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private Socket Connect()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000, SendTimeout = 30_000 };
        try
        {
            socket.Connect(url.Host, url.Port);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private int Write(string method, string path, string? body)
    {
        var most = method.Length + 1 + _basePath.Length + path.Length + _head.Length + 80 + (body?.Length ?? 0) * 3;
        if (_out.Length < most) _out = new byte[most];
        var at = Ascii(method, 0);
        _out[at++] = (byte)' ';
        at = Ascii(_basePath, at);
        at = Ascii(path, at);
        _head.CopyTo(_out, at);
        at += _head.Length;
        if (body is not null)
        {
            at = Ascii("content-type: application/json\r\ncontent-length: ", at);
            Utf8Formatter.TryFormat(Encoding.UTF8.GetByteCount(body), _out.AsSpan(at), out var digits);
            at = Ascii("\r\n", at + digits);
        }
        else if (method == "POST") at = Ascii("content-length: 0\r\n", at);

        at = Ascii("\r\n", at);
        return body is null ? at : at + Encoding.UTF8.GetBytes(body, _out.AsSpan(at));
    }

    private int Ascii(string text, int at) => at + Encoding.ASCII.GetBytes(text, _out.AsSpan(at));

    private Answer Receive()
    {
        _received = 0;
        int end;
        while ((end = _in.AsSpan(0, _received).IndexOf("\r\n\r\n"u8)) < 0) ReceiveMore();
        var head = _in.AsSpan(0, end + 2);
        Utf8Parser.TryParse(head[9..12], out int status, out _);
        var closes = Header(head, "connection"u8).SequenceEqual("close"u8);
        var retryAfter = !Header(head, "retry-after"u8).IsEmpty;
        var start = end + 4;
        ReadOnlySpan<byte> body;
        if (Utf8Parser.TryParse(Header(head, "content-length"u8), out int length, out _))
        {
            while (_received < start + length) ReceiveMore();
            body = _in.AsSpan(start, length);
        }
        else if (status is 204 or 304) body = default;
        else body = ReceiveChunks(start);

        if (closes) Dispose();
        return new Answer(status, body, retryAfter);
    }

    /// <summary>Moves the pieces together, in place.</summary>
    private Span<byte> ReceiveChunks(int start)
    {
        var (read, write) = (start, start);
        while (true)
        {
            int line;
            while ((line = _in.AsSpan(read, _received - read).IndexOf("\r\n"u8)) < 0) ReceiveMore();
            if (!int.TryParse(_in.AsSpan(read, line), NumberStyles.HexNumber, null, out var size)) throw new IOException("An answer is neither sized nor chunked.");
            read += line + 2;
            while (_received < read + size + 2) ReceiveMore();
            if (size == 0) return _in.AsSpan(start, write - start);
            _in.AsSpan(read, size).CopyTo(_in.AsSpan(write));
            (read, write) = (read + size + 2, write + size);
        }
    }

    private void ReceiveMore()
    {
        if (_received == _in.Length) Array.Resize(ref _in, _in.Length * 2);
        var more = _socket!.Receive(_in, _received, _in.Length - _received, SocketFlags.None);
        if (more == 0) throw new IOException("The server closed the connection.");
        _received += more;
    }

    private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        while (head.IndexOf("\r\n"u8) is >= 0 and var end)
        {
            var line = head[..end];
            if (line.Length > name.Length && line[name.Length] == ':' && System.Text.Ascii.EqualsIgnoreCase(line[..name.Length], name)) return line[(name.Length + 1)..].Trim((byte)' ');
            head = head[(end + 2)..];
        }

        return default;
    }

}
