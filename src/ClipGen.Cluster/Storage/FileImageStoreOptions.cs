using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ClipGen.Cluster.Storage;

public sealed class FileImageStoreOptions
{
    public const string SectionName = "ClipGen:FileImageStore";

    /// <summary>Folder the files go to; made if it is missing. Default: <c>images</c> in the current folder.</summary>
    [Required]
    public string RootFolder { get; set; } = "images";
}

[OptionsValidator]
internal sealed partial class FileImageStoreOptionsValidator : IValidateOptions<FileImageStoreOptions>;
