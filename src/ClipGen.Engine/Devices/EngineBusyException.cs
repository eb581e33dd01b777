namespace ClipGen.Engine.Devices;

/// <summary>A device has as much waiting work as it takes.</summary>
public sealed class EngineBusyException(string message) : Exception(message);
