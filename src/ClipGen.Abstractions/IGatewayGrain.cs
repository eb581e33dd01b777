namespace ClipGen;

/// <summary>
/// The door of one model: admits submissions, keeps their sequences in one fair queue, and gives a device one when it has a free
/// slot. Its state is soft: a new activation learns it again from the unfinished generations and from the devices' reports.
/// Key: the model's name.
/// </summary>
[Alias("clipgen.IGatewayGrain")]
public interface IGatewayGrain : IGrainWithStringKey
{
    /// <summary>
    /// What the cluster's devices have loaded under this name; what they had last while none is there. Of several versions, as there are while
    /// a bundle is replaced, the one with the most slots.
    /// </summary>
    /// <exception cref="ModelNotFoundException">No device has ever had this model; the message lists those that are there.</exception>
    [Alias("Describe")]
    Task<ModelDescription> DescribeAsync();

    /// <summary>Writes a submission down and queues it; what is returned has been accepted.</summary>
    /// <exception cref="ModelNotFoundException">As above, or the request was made for another digest of the model.</exception>
    /// <exception cref="RefusedException">
    /// The queue or the tenant's part of it is full, the deadline cannot hold, or no device has been in service for some time; says when to try again.
    /// </exception>
    /// <exception cref="IdempotencyMismatchException">The key belongs to another request.</exception>
    [Alias("Submit")]
    Task<Accepted> SubmitAsync(Submission submission);

    /// <summary>Devices, slots and queue as they are now.</summary>
    [Alias("GetStatus")]
    Task<GatewayStatus> GetStatusAsync();

    /// <summary>
    /// Called by a generation: these candidates are to be sampled. Those that wait or run already are left alone, so that a generation
    /// which is not sure may say it again.
    /// </summary>
    /// <returns>Where it stands in the queue.</returns>
    [Alias("Enqueue")]
    Task<QueuePlace> EnqueueAsync(SampleOrder order);

    /// <summary>Called by a generation: a device for its encoding or decoding; the choice counts as work of that device until the next one or <see cref="ReleaseAsync"/>.</summary>
    /// <param name="avoid">Devices that have failed it; taken only if there is no other.</param>
    /// <param name="modelDigest">The version of the model that it must have; null for any. One that has been replaced by another for long is an error.</param>
    /// <returns>Null while no device offers the stage.</returns>
    [Alias("Pick")]
    Task<DeviceChoice?> PickAsync(string generationId, DeviceStages stage, IReadOnlyList<string> avoid, string? modelDigest = null);

    /// <summary>Called by a generation that wants no more codes: whatever of it waits or runs is taken out, so that its slots are free within a step.</summary>
    [Alias("Withdraw")]
    Task WithdrawAsync(string generationId);

    /// <summary>Called by a generation whose end has been written down, however it ended: nothing of it is kept here any more.</summary>
    /// <param name="completed">Whether it ended well, so that the time given at acceptance can be held against it.</param>
    /// <param name="images">Images it has stored.</param>
    /// <param name="took">From its acceptance to its end; null from who does not say.</param>
    [Alias("Release")]
    Task ReleaseAsync(string generationId, bool completed, int images = 0, TimeSpan? took = null);

    /// <summary>Called by a device's silo every second, and when something changed.</summary>
    [Alias("Report")]
    Task ReportAsync(DeviceReport report);

    /// <summary>Called by a device's silo as soon as slots are free again.</summary>
    [Alias("Freed")]
    Task FreedAsync(SlotsFreed freed);
}
