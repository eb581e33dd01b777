namespace ClipGen.Cluster.Placement;

/// <summary>A stage grain's key, <c>silo/device</c>: the silo's stable name (never its address) and the device's name on it.</summary>
public readonly record struct DeviceKey(string Silo, string Device)
{
    /// <exception cref="FormatException">The text is not <c>silo/device</c>.</exception>
    public static DeviceKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int slash = text.LastIndexOf('/');
        if (slash <= 0 || slash == text.Length - 1) throw new FormatException($"'{text}' is no device key; one looks like silo/cuda:0.");
        return new(text[..slash], text[(slash + 1)..]);
    }

    public override string ToString() => $"{Silo}/{Device}";
}
