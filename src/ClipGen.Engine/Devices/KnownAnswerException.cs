namespace ClipGen.Engine.Devices;

/// <summary>A device computes something else than it should, and must not serve requests.</summary>
public sealed class KnownAnswerException(DeviceInfo device, EngineModel model, string expected, string actual)
    : Exception($"{device.Name} does not reproduce the known answer of the model {model.Name} ({model.Digest}): expected codes {expected}, got {actual}.")
{
    public DeviceInfo Device => device;

    /// <summary>Hex SHA-256 of the codes that are known.</summary>
    public string Expected => expected;

    /// <summary>Hex SHA-256 of the codes that it drew.</summary>
    public string Actual => actual;
}
