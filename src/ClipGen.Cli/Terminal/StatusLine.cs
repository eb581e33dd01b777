namespace ClipGen.Cli.Terminal;

/// <summary>One line on standard error that is written over and over; nothing where standard error is no terminal.</summary>
internal sealed class StatusLine : IDisposable
{
    private static readonly bool Visible = !Console.IsErrorRedirected;
    private int width;

    public void Show(string text)
    {
        if (!Visible) return;
        int room = Math.Max(20, Console.WindowWidth - 1);
        if (text.Length > room) text = text[..room];
        Console.Error.Write('\r' + text.PadRight(width));
        width = text.Length;
    }

    /// <summary>A bar of twenty places, filled by a share from 0 to 1.</summary>
    public static string Bar(double share)
    {
        const int Places = 20;
        int filled = (int)Math.Round(Math.Clamp(share, 0, 1) * Places);
        return $"[{new string('#', filled)}{new string('-', Places - filled)}]";
    }

    public void Dispose()
    {
        if (Visible && width > 0) Console.Error.Write('\r' + new string(' ', width) + '\r');
        width = 0;
    }
}
