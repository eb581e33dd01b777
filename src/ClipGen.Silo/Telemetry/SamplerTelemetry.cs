using System.Diagnostics;
using ClipGen.Cluster.Placement;
using ClipGen.Cluster.Telemetry;
using ClipGen.Engine.Telemetry;

namespace ClipGen.Silo.Telemetry;

/// <summary>What a device's candidates cost and how fast they come, by metrics.</summary>
internal sealed class SamplerTelemetry(ClusterInstruments cluster, SiloInstruments silo, DeviceKey device, string model, TimeProvider time)
{
    public MeasuredSample Begin(SampleWork work, Activity? span) => new(this, work.Spec.Tenant ?? Submission.DefaultTenant, span);

    /// <summary>One candidate on the device. To be told how it ends, once.</summary>
    internal sealed class MeasuredSample(SamplerTelemetry owner, string tenant, Activity? span)
    {
        private long _firstAt;
        private int _first;

        /// <summary>For the engine to write its cost to.</summary>
        public DeviceAccount Account { get; } = new();

        /// <summary>It has so many codes.</summary>
        public void Step(int codes)
        {
            if (_firstAt == 0) (_firstAt, _first) = (owner.Now, codes);
        }

        /// <summary>It has all of them.</summary>
        public void Drawn(int codes, double deviceSeconds)
        {
            if (_firstAt != 0 && codes > _first) owner.Silo.TokenTime(owner.Since(_firstAt).TotalSeconds / (codes - _first), owner.Model);
            End(deviceSeconds);
            span?.SetTag("gen_ai.usage.output_tokens", codes);
        }

        /// <param name="reason">Of <see cref="WasteReason"/>.</param>
        /// <param name="saved">Codes it has drawn that the next device goes on behind.</param>
        public void Wasted(string reason, int saved = 0)
        {
            owner.Cluster.Wasted(Math.Max(0, Account.Steps - saved), reason);
            End(Account.DeviceSeconds);
        }

        private void End(double deviceSeconds)
        {
            owner.Cluster.DeviceTime(owner.Device.Silo, owner.Device.Device, tenant, deviceSeconds);
            span?.SetTag("clipgen.device_seconds", deviceSeconds).SetTag("clipgen.slot", Account.Slot);
        }
    }

    private ClusterInstruments Cluster => cluster;

    private SiloInstruments Silo => silo;

    private DeviceKey Device => device;

    private string Model => model;

    private long Now => time.GetTimestamp();

    private TimeSpan Since(long timestamp) => time.GetElapsedTime(timestamp);
}
