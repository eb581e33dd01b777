namespace ClipGen.Models.Checkpoints;

/// <summary>A TorchScript module as its archive describes it: a class name and attributes. Its code is never looked at.</summary>
public sealed class PickledObject
{
    internal PickledObject(string className) => ClassName = className;

    /// <summary>For example <c>__torch__.models.clip.CLIP</c>.</summary>
    public string ClassName { get; }

    /// <summary>Parameters, buffers, submodules and plain attributes by name.</summary>
    public PickledDict Attributes { get; internal set; } = new();
}
